package process

import (
	"bytes"
	"sync"
)

// Buffer is a bytes.Buffer for several goroutines, such as for what a process writes.
type Buffer struct {
	mutex sync.Mutex
	bytes bytes.Buffer
}

func (b *Buffer) Write(p []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.bytes.Write(p)
}

func (b *Buffer) String() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.bytes.String()
}
