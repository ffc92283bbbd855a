package main

import (
	"encoding/base64"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// pack compresses a text for a link: raw deflate in base64url, behind a tilde, as the server reads it.
func pack(text string, done func(packed string)) {
	window := app.Window()
	through("CompressionStream", window.Get("TextEncoder").New().Call("encode", text), func(bytes app.Value, ok bool) {
		if !ok {
			done("")
			return
		}
		packed := make([]byte, bytes.Length())
		app.CopyBytesToGo(packed, bytes)
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
	through("DecompressionStream", bytes, func(output app.Value, ok bool) {
		const most = 1 << 20
		if !ok || output.Length() > most {
			done("", false)
			return
		}
		done(window.Get("TextDecoder").New().Call("decode", output).String(), true)
	})
}

// through pipes bytes through a stream of the browser, such as CompressionStream, and gives what comes out.
func through(class string, input app.Value, done func(output app.Value, ok bool)) {
	window := app.Window()
	blob := window.Get("Blob").New([]any{input})
	stream := blob.Call("stream").Call("pipeThrough", window.Get(class).New("deflate-raw"))
	await(window.Get("Response").New(stream).Call("arrayBuffer"), func(buffer app.Value, ok bool) {
		if !ok {
			done(nil, false)
			return
		}
		done(window.Get("Uint8Array").New(buffer), true)
	})
}

func encodeBase64URL(b []byte) string          { return base64.RawURLEncoding.EncodeToString(b) }
func decodeBase64URL(s string) ([]byte, error) { return base64.RawURLEncoding.DecodeString(s) }
