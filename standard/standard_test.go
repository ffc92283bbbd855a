package standard_test

import (
	"strings"
	"testing"

	"eventsource-playground/standard"
)

func TestEverySectionHasItsNameAndAddress(t *testing.T) {
	for _, name := range standard.Names() {
		if s := standard.Named(name); s.Name() != name || !strings.HasPrefix(s.URL(), "https://") {
			t.Errorf("%q: got the section %q at %q", name, s.Name(), s.URL())
		}
	}
	if s := standard.Named("HTML 1.1"); s != standard.None || s.URL() != "" {
		t.Errorf("got %v, %q for an unknown name; want none", s, s.URL())
	}
}
