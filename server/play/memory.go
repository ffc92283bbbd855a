package play

import (
	"runtime/debug"
	"sync"
	"time"
)

// memory gives back to the system what streams held, once most of them have left. Go would keep most of it for many minutes.
type memory struct {
	mutex     sync.Mutex
	open      int
	most      int // open at once, since memory was given back
	shrinking bool
}

func (m *memory) opened() {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.open++
	m.most = max(m.most, m.open)
}

func (m *memory) closed() {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.open--
	if m.mostLeft() && !m.shrinking {
		m.shrinking = true
		time.AfterFunc(reconnecting, m.shrink)
	}
}

const (
	many         = 1000
	reconnecting = 10 * time.Second // is what those who were cut off do
)

func (m *memory) mostLeft() bool { return m.most >= many && m.open <= m.most/4 }

func (m *memory) shrink() {
	m.mutex.Lock()
	left := m.mostLeft()
	if left {
		m.most = m.open
	}
	m.shrinking = false
	m.mutex.Unlock()
	if left {
		debug.FreeOSMemory()
	}
}
