package session

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestGetIsWhatAHandlerHasAtAnAddress(t *testing.T) {
	texts := http.NewServeMux()
	texts.HandleFunc("/text", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "text "+r.URL.Query().Get("lang")) })
	texts.HandleFunc("/long", func(w http.ResponseWriter, r *http.Request) {
		for range 2 {
			io.WriteString(w, strings.Repeat("x", maxGot))
		}
	})
	for _, test := range []struct{ name, address, want string }{
		{"a text", "/text?lang=zh", "text zh"},
		{"none there", "/other", ""},
		{"one that is too long", "/long", ""},
		{"an address that is too long", "/text?lang=" + strings.Repeat("x", maxGet), ""},
		{"another host", "http://other/text", ""},
		{"another host without a scheme", "//other/text", ""},
		{"no path", "text", ""},
		{"a path that is another one", "/x/../text", ""},
		{"no address", "", ""},
	} {
		if got := get(t.Context(), texts, &http.Request{Host: "localhost"}, test.address); got != test.want {
			t.Errorf("%s: got %d bytes, %.20q; want %q", test.name, len(got), got, test.want)
		}
	}
}
