package main

import (
	"encoding/base64"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// pack compresses a text for a link: raw deflate in base64url, behind a tilde, as the server reads it.
func pack(text string, done func(packed string)) {
	window := app.Window()
	through("CompressionStream", window.Get("TextEncoder").New().Call("encode", text), func(packed []byte, ok bool) {
		if !ok {
			done("")
			return
		}
		done("~" + encodeBase64URL(packed))
	})
}

// unpack is the text of a script parameter, packed or plain.
func unpack(script string, done func(text string, ok bool)) {
	if len(script) == 0 || script[0] != '~' {
		done(script, true)
		return
	}
	packed, err := decodeBase64URL(script[1:])
	if err != nil {
		done("", false)
		return
	}
	window := app.Window()
	bytes := window.Get("Uint8Array").New(len(packed))
	app.CopyBytesToJS(bytes, packed)
	through("DecompressionStream", bytes, func(text []byte, ok bool) {
		if !ok {
			done("", false)
			return
		}
		done(strings.ToValidUTF8(string(text), "\uFFFD"), true)
	})
}

// mostUnpacked is how many bytes come out of a stream at most. A link is anybody's, and a kilobyte of it can be a megabyte.
const mostUnpacked = 1 << 20

// through pipes bytes through a stream of the browser, such as CompressionStream, and gives what comes out. It reads no
// further than it keeps.
func through(class string, input app.Value, done func(output []byte, ok bool)) {
	window := app.Window()
	blob := window.Get("Blob").New([]any{input})
	reader := blob.Call("stream").Call("pipeThrough", window.Get(class).New("deflate-raw")).Call("getReader")
	var output []byte
	var read func()
	read = func() {
		await(reader.Call("read"), func(result app.Value, ok bool) {
			if !ok {
				done(nil, false)
				return
			}
			if result.Get("done").Bool() {
				done(output, true)
				return
			}
			chunk := result.Get("value")
			if len(output)+chunk.Length() > mostUnpacked {
				reader.Call("cancel")
				done(nil, false)
				return
			}
			part := make([]byte, chunk.Length())
			app.CopyBytesToGo(part, chunk)
			output = append(output, part...)
			read()
		})
	}
	read()
}

func encodeBase64URL(b []byte) string          { return base64.RawURLEncoding.EncodeToString(b) }
func decodeBase64URL(s string) ([]byte, error) { return base64.RawURLEncoding.DecodeString(s) }
