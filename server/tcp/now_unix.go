//go:build unix

package tcp

import (
	"sync"
	"syscall"
)

// CanWriteNow says that WriteNow does.
const CanWriteNow = true

// WriteNow writes what the kernel accepts at once, and returns how much that was. So most writes need no deadline, whose
// timer costs as much as a tenth of an event: what is left is written with one.
func WriteNow(raw syscall.RawConn, b []byte) int {
	w := nows.Get().(*now)
	defer nows.Put(w)
	w.b, w.n = b, 0
	raw.Write(w.write)
	w.b = nil
	return w.n
}

// now is one such write.
type now struct {
	b     []byte
	n     int
	write func(fd uintptr) bool // made once: a closure for each write would be garbage
}

var nows = sync.Pool{New: func() any {
	w := &now{}
	w.write = func(fd uintptr) bool {
		if n, err := syscall.Write(int(fd), w.b); err == nil {
			w.n = n
		}
		return true
	}
	return w
}}
