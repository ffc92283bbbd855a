//go:build !linux

package local

import "syscall"

// alone is nothing here: servers outlive this process if it is killed.
func alone() *syscall.SysProcAttr { return nil }
