// Package integration is the proof of coordd: the laws of the house, and the
// promises of the server as real processes on the loopback keep them while
// they are killed, paused and attacked.
//
// `go test ./integration/...` is the short form, some minutes on two cores.
// These variables change it:
//
//	COORDD_SEED=n            replays the random choices of a run; each run prints its own
//	COORDD_SOAK_MINUTES=n    how long the linearizability test runs its faults (default about 45 s)
//	COORDD_ARTIFACTS=dir     where logs, histories and pictures of a failure go (default: a new temporary folder, printed)
//	COORDD_RACE=1            builds the server with the race detector
//	COORDD_NO_REDIS=1        leaves out what is compared with a real redis-server
//
// The tests of commands and of data live with their packages; here is only
// what needs a process, a network, a disk, or the whole source tree.
package integration
