package protocol

import (
	"crypto/sha256"
	"strings"
	"testing"
)

func TestTheHashIsSHA256(t *testing.T) {
	for n := range 300 { // around every boundary of a block
		text := strings.Repeat("a\xFF\x00é", n)[:n]
		if got, want := sum256(text), sha256.Sum256([]byte(text)); got != want {
			t.Fatalf("got %x for %d bytes; want %x", got, n, want)
		}
	}
}

func TestAnIDIsHalfTheHashOfItsSecret(t *testing.T) {
	if got, want := SessionID("abc"), "ba7816bf8f01cfea414140de5dae2223"; got != want {
		t.Errorf("got %s; want %s", got, want)
	}
}

func FuzzTheHashIsSHA256(f *testing.F) {
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		if got, want := sum256(text), sha256.Sum256([]byte(text)); got != want {
			t.Errorf("got %x for %q; want %x", got, text, want)
		}
	})
}
