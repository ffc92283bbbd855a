package play

import (
	"encoding/binary"
	"strings"

	"github.com/coder/websocket"

	"eventsource-playground/protocol"
)

// Frames are written here, and read by the library: it would write a message in several writes, and no ping that says anything.

// opcodes are those of the frames that are written here (RFC 6455, 5.2).
var opcodes = map[protocol.Frame]byte{protocol.FrameText: 1, protocol.FrameBinary: 2, protocol.FramePing: 9, protocol.FramePong: 10}

const (
	finBit      = 0x80 // the frame is all of its message
	mostControl = 125  // bytes of the payload of a ping, a pong or a close frame
	maskSize    = 4    // bytes; a page's frames have it
)

// appendFrame appends a frame without a mask, with pieces of its payload.
func appendFrame(b []byte, frame protocol.Frame, pieces ...[]byte) []byte {
	size := 0
	for _, piece := range pieces {
		size += len(piece)
	}
	b = append(b, finBit|opcodes[frame])
	switch {
	case size > 0xffff:
		b = binary.BigEndian.AppendUint64(append(b, 127), uint64(size))
	case size > 125:
		b = binary.BigEndian.AppendUint16(append(b, 126), uint16(size))
	default:
		b = append(b, byte(size))
	}
	for _, piece := range pieces {
		b = append(b, piece...)
	}
	return b
}

// frameSize is that of a frame without a mask.
func frameSize(payload int) int {
	switch {
	case payload > 0xffff:
		return 10 + payload
	case payload > 125:
		return 4 + payload
	}
	return 2 + payload
}

// saw is a frame that was seen, with a payload that is not a close's.
func saw(frame protocol.Frame, payload []byte) protocol.Seen {
	return protocol.Seen{Kind: protocol.SeenFrame, Frame: frame, Bytes: payload, Size: len(payload), Wire: frameSize(len(payload))}
}

func closeFrame(fromPage bool, code websocket.StatusCode, reason string) protocol.Seen {
	wire := 2
	if code != websocket.StatusNoStatusRcvd {
		wire += 2 + len(reason)
	}
	if fromPage {
		wire += maskSize
	}
	return protocol.Seen{
		Kind: protocol.SeenFrame, Frame: protocol.FrameClose, FromPage: fromPage, Wire: wire, Code: int(code), Reason: strings.ToValidUTF8(reason, "\uFFFD"),
	}
}
