//go:build !unix

package tcp

import "syscall"

// CanWriteNow says that WriteNow does.
const CanWriteNow = false

// WriteNow writes nothing: here all is written with a deadline.
func WriteNow(syscall.RawConn, []byte) int { return 0 }
