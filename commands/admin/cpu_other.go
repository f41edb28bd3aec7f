//go:build !unix

package admin

// cpuSeconds is not known on this system.
func cpuSeconds() (system, user float64) { return 0, 0 }
