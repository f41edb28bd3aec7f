//go:build unix && !linux

package main

import "syscall"

// childAttributes puts a child into a process group of its own, so that Ctrl-C
// on the terminal reaches only coordd local, which then stops the children one
// by one. If coordd local is killed with -9, the children stay and must be
// ended by hand: only Linux offers to do it.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}
