package play

import (
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
	"sync"
)

// gzipper compresses a body (RFC 1952). Each piece is compressed for itself, by a compressor that is borrowed for it:
// compress/gzip would keep more than half a megabyte for each stream.
type gzipper struct {
	keeps bool // until it has much, or the end: a compressor that nobody flushes

	begun bool
	sum   uint32
	size  uint32
	held  []byte
}

// much is what a compressor that keeps bytes can keep.
const much = 32 << 10

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
	w := compressors.Get().(*flate.Writer)
	defer compressors.Put(w)
	buf := appender{out}
	w.Reset(&buf)
	w.Write(b)
	w.Flush() // neither fails, since appender does not
	return buf.bytes
}

var compressors = sync.Pool{New: func() any {
	w, err := flate.NewWriter(nil, flate.BestSpeed)
	if err != nil {
		panic(err)
	}
	return w
}}

type appender struct{ bytes []byte }

func (a *appender) Write(b []byte) (int, error) {
	a.bytes = append(a.bytes, b...)
	return len(b), nil
}
