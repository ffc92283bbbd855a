package main

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// payload is the data of every event.
const payload = "0123456789abcdef"

// wire is what one client has understood of an answer: HTTP as far as it is needed here, and events, whose ids must
// follow each other without a gap.
type wire struct {
	state    wireState
	left     int    // of the chunk
	upgraded bool   // the response is a WebSocket's
	rest     []byte // of a line of HTTP's
	partial  []byte // of an event
	hasData  bool
	id       int // of the event under way, or the last one
	last     int // the last event's id; -1: none yet
	first    int // the first event's id of this response; -1: none yet
	events   int
	at       []time.Time // when the events came, if that is asked for
	keepsAt  bool
	room     *roomEvents // what a room sends; nil: what a stream does that begins with its first event
}

type wireState uint8

const (
	inHead wireState = iota
	inSize
	inChunk
	behindChunk
	behindLast // chunk
	inFrames   // of a WebSocket
)

// begin forgets the answer before, but not how far it came.
func (w *wire) begin() {
	*w = wire{rest: w.rest[:0], partial: w.partial[:0], last: w.last, first: -1, at: w.at[:0], keepsAt: w.keepsAt, events: w.events, room: w.room}
}

var errEnd = errors.New("the answer is over")

// take understands b, which came now. errEnd says that the answer ended properly.
func (w *wire) take(b []byte, now time.Time) error {
	for len(b) > 0 {
		if w.state == inChunk {
			n := min(w.left, len(b))
			if err := w.body(b[:n], now); err != nil {
				return err
			}
			b = b[n:]
			if w.left -= n; w.left == 0 {
				w.state = behindChunk
			}
			continue
		}
		if w.state == inFrames {
			return w.frames(b, now)
		}
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			w.rest = append(w.rest, b...)
			return nil
		}
		line := b[:i+1]
		if len(w.rest) > 0 {
			w.rest = append(w.rest, line...)
			line = w.rest
		}
		b = b[i+1:]
		if err := w.line(bytes.TrimRight(line, "\r\n")); err != nil {
			return err
		}
		w.rest = w.rest[:0]
	}
	return nil
}

// line understands a line of HTTP's.
func (w *wire) line(line []byte) error {
	switch w.state {
	case inHead:
		switch {
		case bytes.HasPrefix(line, []byte("HTTP/1.1 101 ")):
			w.upgraded = true
		case bytes.HasPrefix(line, []byte("HTTP/")) && !bytes.HasPrefix(line, []byte("HTTP/1.1 200 ")):
			return fmt.Errorf("got the answer %q", line)
		case len(line) == 0 && w.upgraded:
			w.state = inFrames
		case len(line) == 0:
			w.state = inSize
		}
	case inSize:
		n, err := strconv.ParseInt(string(line), 16, 32)
		if err != nil {
			return fmt.Errorf("got %q for the size of a chunk", line)
		}
		w.left, w.state = int(n), inChunk
		if n == 0 {
			w.state = behindLast
		}
	case behindChunk:
		w.state = inSize
	case behindLast:
		return errEnd
	}
	return nil
}

// body understands lines of the stream.
func (w *wire) body(b []byte, now time.Time) error {
	if len(w.partial) > 0 {
		w.partial = append(w.partial, b...)
		b = w.partial
	}
	for {
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			break
		}
		if err := w.field(b[:i], now); err != nil {
			return err
		}
		b = b[i+1:]
	}
	w.partial = append(w.partial[:0], b...)
	return nil
}

// frames understands the frames of a server that sends nothing but events of a short payload.
func (w *wire) frames(b []byte, now time.Time) error {
	const text = 0x81
	w.partial = append(w.partial, b...)
	b = w.partial
	for ; len(b) >= 2+len(payload); b = b[2+len(payload):] {
		if b[0] != text || int(b[1]) != len(payload) || string(b[2:2+len(payload)]) != payload {
			return fmt.Errorf("got the frame %q", b)
		}
		w.event(now)
	}
	w.partial = append(w.partial[:0], b...)
	return nil
}

func (w *wire) event(now time.Time) {
	if w.last++; w.first < 0 {
		w.first = w.last
	}
	w.events++
	if w.keepsAt {
		w.at = append(w.at, now)
	}
}

func (w *wire) field(line []byte, now time.Time) error {
	if w.room != nil && w.first < 0 {
		w.first = 0 // a room lets readers in without an event
	}
	switch {
	case len(line) == 0:
		if !w.hasData {
			return nil
		}
		w.hasData = false
		if w.room != nil {
			w.room.came(w, now)
		}
		if w.id != w.last+1 {
			return fmt.Errorf("got event %d behind event %d", w.id, w.last)
		}
		w.event(now)
	case line[0] == ':':
	case len(line) > 4 && string(line[:4]) == "id: ":
		w.id = 0
		for _, c := range line[max(4, bytes.LastIndexByte(line, '-')+1):] { // a room's has more before it
			w.id = w.id*10 + int(c-'0')
		}
	case string(line) == "data: "+payload, w.room != nil && string(line) == roomLine:
		w.hasData = true
	default:
		return fmt.Errorf("got the line %q", line)
	}
	return nil
}
