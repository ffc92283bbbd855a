package local

import "syscall"

// alone is a process that a Ctrl-C in the terminal does not reach, as it is stopped in its turn, and that is gone when this one is.
func alone() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
