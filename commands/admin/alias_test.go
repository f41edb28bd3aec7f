package admin

import "unsafe"

// aliased is a string that changes when b does, as the arguments of a command do.
func aliased(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
