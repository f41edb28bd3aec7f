package main

import "syscall"

// childAttributes puts a child into a process group of its own, so that Ctrl-C
// on the terminal reaches only coordd local, which then stops the children one
// by one; and has the kernel kill the child if coordd local is killed itself.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
