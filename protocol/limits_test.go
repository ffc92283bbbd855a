package protocol

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestTheLongestOfEverythingFitsIntoAMessage(t *testing.T) {
	text := func(s string) FromPage {
		s = strings.Repeat(s, MaxText/len(s))
		return FromPage{ID: 1 << 50, Check: &s}
	}
	for _, test := range []struct {
		name    string
		message FromPage
	}{
		{"letters", text("a")},
		{"what HTML has a meaning for", text("<")},
		{"control characters", text("\x01")},
		{"what is not UTF-8", text("\xFF")},
		{"line separators", text("\u2028")},
		{"bytes to send", FromPage{ID: 1 << 50, Command: Command{Do: DoSend, Source: 1_000_000, Bytes: make([]byte, MaxSend)}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			b, err := json.Marshal(test.message)
			if err != nil || len(b) > MaxMessage {
				t.Errorf("got %d bytes and error %v; want at most %d", len(b), err, MaxMessage)
			}
		})
	}
}

func TestTheLongestTextFitsIntoAnAddress(t *testing.T) {
	random := rand.NewChaCha8([32]byte{})
	text := make([]byte, MaxText)
	random.Read(text) // worse than any text: nothing of it can be compressed
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.DefaultCompression)
	if err != nil {
		t.Fatal(err)
	}
	w.Write(text)
	w.Close()
	query := "script=~" + base64.RawURLEncoding.EncodeToString(packed.Bytes()) + "&session=" + strings.Repeat("f", 64) + "&source=1000000&redirected=1"
	if len(query) > MaxQuery {
		t.Errorf("got a query of %d bytes; want at most %d", len(query), MaxQuery)
	}
}
