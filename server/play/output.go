package play

import (
	"sync"
	"time"

	"eventsource-playground/scenario"
)

// output is what a carrier has ready to be sent.
type output struct {
	framing framing
	gzip    *gzipper  // nil: not compressed
	ready   *[]byte   // to send, from buffers; nil: nothing. What waits for nothing goes out in one write
	last    time.Time // when something was sent last
}

// A framing says how a client knows where the response ends.
type framing uint8

const (
	noHead   framing = iota // nothing was sent yet
	noBody                  // with the head
	chunked                 // with the last chunk
	unframed                // with the connection, as in HTTP/1.0, or with the stream, as in HTTP/2
)

// begin says how the body is framed that comes after a head.
func (o *output) begin(a *client, head *scenario.Head, how framing) {
	o.framing = how
	switch {
	case a.head:
		o.framing = noBody
	case head.Gzip != scenario.NoGzip && how != noBody:
		o.gzip = &gzipper{keeps: head.Gzip == scenario.GzipUnflushed}
	}
}

func (o *output) progress() progress {
	switch o.framing {
	case noHead:
		return headless
	case noBody:
		return bodiless
	}
	return inBody
}

func (o *output) pending() bool    { return o.ready != nil }
func (o *output) spoke() time.Time { return o.last }

// write makes bytes of the body ready, compressed and framed. It reports whether they should not wait for more, how many
// bytes compression made of them, and those on the wire.
func (o *output) write(b []byte, _ bool) (full bool, packed, wire int) {
	if o.gzip != nil {
		buffer := buffers.Get().(*[]byte)
		defer buffers.Put(buffer)
		*buffer = o.gzip.appendTo((*buffer)[:0], b)
		b = *buffer
		packed = len(b)
	}
	if len(b) == 0 {
		return false, 0, 0
	}
	before := o.readyBytes()
	ready := o.room()
	*ready = o.framing.append(*ready, b)
	return len(*ready) >= enough, packed, len(*ready) - before
}

// enough is how many bytes that are ready don't wait for more.
const enough = 32 << 10

// room is for what is to be sent.
func (o *output) room() *[]byte {
	if o.ready == nil {
		o.ready = buffers.Get().(*[]byte)
		*o.ready = (*o.ready)[:0]
	}
	return o.ready
}

// readyBytes is how many bytes are ready.
func (o *output) readyBytes() int {
	if o.ready == nil {
		return 0
	}
	return len(*o.ready)
}

// finish makes the end of the body ready, and returns its bytes on the wire.
func (o *output) finish() (wire int) {
	before := o.readyBytes()
	ready := o.room()
	if o.gzip != nil {
		*ready = o.framing.append(*ready, o.gzip.appendEnd(nil))
	}
	if o.framing == chunked {
		*ready = append(*ready, "0\r\n\r\n"...)
	}
	return len(*ready) - before
}

// clear gives back the room of what was sent.
func (o *output) clear() {
	buffers.Put(o.ready)
	o.ready = nil
}

// buffers are for one write each, so that a stream that waits needs none.
var buffers = sync.Pool{New: func() any { return new([]byte) }}
