// Package memory gives back to the system what visitors held, once most of them have left. Go would keep most of it for many
// minutes.
package memory

import (
	"runtime/debug"
	"sync"
	"time"
)

// Use counts those who hold some.
type Use struct {
	mutex     sync.Mutex
	open      int
	most      int // open at once, since memory was given back
	shrinking bool
}

// Opened counts one in.
func (u *Use) Opened() {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	u.open++
	u.most = max(u.most, u.open)
}

// Closed counts one out.
func (u *Use) Closed() {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	u.open--
	if u.mostLeft() && !u.shrinking {
		u.shrinking = true
		time.AfterFunc(reconnecting, u.shrink)
	}
}

const (
	many         = 16               // fewer hold little: package limits has how much each may
	reconnecting = 10 * time.Second // is what those who were cut off do
)

func (u *Use) mostLeft() bool { return u.most >= many && u.open <= u.most/4 }

func (u *Use) shrink() {
	u.mutex.Lock()
	left := u.mostLeft()
	if left {
		u.most = u.open
	}
	u.shrinking = false
	u.mutex.Unlock()
	if left {
		debug.FreeOSMemory()
	}
}
