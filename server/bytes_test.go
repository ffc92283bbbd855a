package main

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"eventsource-playground/protocol"
	"eventsource-playground/scenario/picture"
)

func TestGeneratedBytesOverTheWire(t *testing.T) {
	p := start(t)
	want := picture.Append(nil, 0, picture.Size)

	t.Run("as events", func(t *testing.T) {
		body := text(t, p.get(t, "/sse?"+script("title: T\n== 200\n@repeat 16\n@bytes 65536 base64\n@again\n")))
		var got []byte
		for line := range strings.Lines(body) {
			if data, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "data: "); ok {
				b, err := base64.StdEncoding.DecodeString(data)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, b...)
			}
		}
		if !bytes.Equal(got, want) {
			t.Errorf("got %d bytes; want the %d of the picture", len(got), len(want))
		}
	})

	t.Run("as they are, in an event stream", func(t *testing.T) {
		body := text(t, p.get(t, "/sse?"+script("title: T\n== 200\n@repeat 16\n@bytes 65536 binary\n@again\n")))
		if body != string(want) {
			t.Errorf("got %d bytes; want the %d of the picture", len(body), len(want))
		}
	})

	// What a page sends meanwhile comes back between them, and breaks none.
	t.Run("as binary messages", func(t *testing.T) {
		c := p.channel(t, testSecret)
		conn, _, err := p.dialSocket(t, script("title: T\n== 200\ndata: text\n\n@repeat 16\n@bytes 65536 binary\n@again\n@hold")+"&session="+testSession)
		if err != nil {
			t.Fatal(err)
		}
		conn.SetReadLimit(1 << 20)
		const echoes = 30
		go func() {
			for range echoes {
				conn.Write(t.Context(), websocket.MessageText, []byte("echo"))
			}
		}()
		var got []byte
		texts := 0
		for len(got) < len(want) || texts < 1+echoes {
			kind, message, err := conn.Read(t.Context())
			switch {
			case err != nil:
				t.Fatalf("got %v after %d bytes and %d texts", err, len(got), texts)
			case kind == websocket.MessageText && (string(message) == "text" || string(message) == "echo"):
				texts++
			case kind == websocket.MessageBinary && len(message) == 65536:
				got = append(got, message...)
			default:
				t.Fatalf("got a message of %d bytes, %v; want text, echo, or 65536 bytes", len(message), kind)
			}
		}
		if !bytes.Equal(got, want) {
			t.Error("got other bytes; want those of the picture")
		}
		for {
			seen := c.seen(t)
			if seen.Frame != protocol.FrameBinary {
				continue
			}
			if seen.Size != 65536 || seen.Wire != 65546 || !bytes.Equal(seen.Bytes, want[:len(seen.Bytes)]) {
				t.Errorf("got a frame of %d bytes, %d on the wire; want 65536, 65546", seen.Size, seen.Wire)
			}
			break
		}
	})
}
