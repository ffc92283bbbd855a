package play

import (
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
	"io"
	"slices"
	"sync"
)

// gzipper compresses a body (RFC 1952). Between two pieces it keeps only the end of what went before: a compressor of the
// usual kind would keep 800 KB for each stream. For each piece one is borrowed, which gets to know that end first, so that
// events which look alike become short. The client has it too, so the compressor may refer to it.
type gzipper struct {
	keeps bool // until it has much, or the end: a compressor that nobody flushes

	begun bool
	sum   uint32
	size  uint32
	held  []byte
	last  []byte // the end of what was compressed
}

const (
	much    = 32 << 10 // is what a compressor that keeps bytes can keep
	history = 4 << 10  // is what a piece can refer to: more costs more time than it saves bytes
)

// appendTo appends what comes out when b goes in.
func (g *gzipper) appendTo(out, b []byte) []byte {
	g.sum = crc32.Update(g.sum, crc32.IEEETable, b)
	g.size += uint32(len(b))
	if !g.keeps {
		return g.flush(out, b)
	}
	if g.held = append(g.held, b...); len(g.held) < much {
		return out
	}
	out = g.flush(out, g.held)
	g.held = nil
	return out
}

// appendEnd appends what comes out at the end.
func (g *gzipper) appendEnd(out []byte) []byte {
	out = g.flush(out, g.held)
	out = append(out, 0x03, 0x00) // the last block, which is empty
	out = binary.LittleEndian.AppendUint32(out, g.sum)
	return binary.LittleEndian.AppendUint32(out, g.size)
}

// flush compresses b into blocks that end with a whole byte, so that others can follow.
func (g *gzipper) flush(out, b []byte) []byte {
	if !g.begun {
		g.begun = true
		out = append(out, 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255) // deflate, no name, no time, on an unknown system
	}
	if len(b) == 0 {
		return out
	}
	c := compressors.Get().(*compressor)
	defer compressors.Put(c)
	c.out = io.Discard
	c.deflate.Reset(c)
	if len(g.last) > 0 {
		c.deflate.Write(g.last)
		c.deflate.Flush()
	}
	buf := appender{out}
	c.out = &buf
	c.deflate.Write(b)
	c.deflate.Flush() // nothing fails, since neither writer does
	c.out = nil
	g.remember(b)
	return buf.bytes
}

// remember keeps the end of what was compressed.
func (g *gzipper) remember(b []byte) {
	b = b[max(0, len(b)-history):]
	if over := len(g.last) + len(b) - history; over > 0 {
		g.last = slices.Delete(g.last, 0, over)
	}
	g.last = append(g.last, b...)
}

// compressor writes to whatever out is.
type compressor struct {
	deflate *flate.Writer
	out     io.Writer
}

func (c *compressor) Write(b []byte) (int, error) { return c.out.Write(b) }

var compressors = sync.Pool{New: func() any {
	// Not BestSpeed, which does not look for what repeats in a piece as small as an event.
	w, err := flate.NewWriter(nil, flate.DefaultCompression)
	if err != nil {
		panic(err)
	}
	return &compressor{deflate: w}
}}

type appender struct{ bytes []byte }

func (a *appender) Write(b []byte) (int, error) {
	a.bytes = append(a.bytes, b...)
	return len(b), nil
}
