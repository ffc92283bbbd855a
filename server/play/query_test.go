package play

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"eventsource-playground/scenario"
	"eventsource-playground/server/limits"
)

// Texts as strangers might write them must cost little: nobody waits for the parser.
func BenchmarkParseOfALargeScript(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 2))
	var noise strings.Builder
	for noise.Len() < 31<<10 {
		fmt.Fprintf(&noise, "@%c%c%c%c%c\n", 'a'+random.IntN(26), 'a'+random.IntN(26), 'a'+random.IntN(26), 'a'+random.IntN(26), 'a'+random.IntN(26))
	}
	for name, text := range map[string]string{
		"lines":    "== 200\n" + strings.Repeat("data: {n\n", 3500),
		"mistakes": "== 200\n" + noise.String(),
		"packed":   "== 200\n" + strings.Repeat("#\n", 16000),
	} {
		b.Run(name, func(b *testing.B) {
			packed := "~" + packed(text)
			for b.Loop() {
				parseScript(packed)
			}
		})
	}
}

func TestATextIsParsedOnce(t *testing.T) {
	all := kept[scenario.Scenario]{most: limits.Default.Parsed}
	first, _ := all.get("== 200\na", parseScript)
	if again, _ := all.get("== 200\na", parseScript); again != first {
		t.Error("got the text parsed again; want what was parsed")
	}
	for n := range 10 * all.most {
		s, refused := all.get("== 200 after "+strconv.Itoa(n+1)+"ms", parseScript)
		if refused != nil || s.Sections[0].After != time.Duration(n+1)*time.Millisecond {
			t.Fatalf("got %v, %v; want the text that was given", s, refused)
		}
		if len(all.all) > all.most {
			t.Fatalf("got %d texts kept; want at most %d", len(all.all), all.most)
		}
	}
	if _, refused := all.get("mistake", parseScript); refused == nil || all.all["mistake"] != nil {
		t.Error("got a mistake accepted or kept; want it refused")
	}
}

func TestUnpackStopsAtTheLimit(t *testing.T) {
	for _, size := range []int{0, 1, scenario.DefaultLimits.Text, scenario.DefaultLimits.Text + 1} {
		got, err := unpack(packed(strings.Repeat("x", size)), scenario.DefaultLimits.Text)
		if fits := size <= scenario.DefaultLimits.Text; fits != (err == nil) || fits && len(got) != size {
			t.Errorf("got %d bytes, %v of %d; want them if there are at most %d", len(got), err, size, scenario.DefaultLimits.Text)
		}
	}
}

// packed is a text as the page puts it into a link.
func packed(text string) string {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, flate.BestCompression)
	io.WriteString(w, text)
	w.Close()
	return base64.RawURLEncoding.EncodeToString(b.Bytes())
}
