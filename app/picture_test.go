package main

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"
)

func TestAPictureIsXMLWhateverItsTextsSay(t *testing.T) {
	d := drawing{width: 600, window: 20_000, server: true}
	c := caption{stream: "EventSource 1 /sse?a=1&b=<script>\x00\x1b\"'", summary: "2 CLOSED. ]]> \uFFFE", browser: "Mozilla/5.0"}
	picture := pictureSVG(`<svg class="alone"><rect/></svg>`, d, []string{"EventSource 1", "<b>"}, c, "#000", "#fff")
	var texts []string
	elements := map[string]int{}
	for in := xml.NewDecoder(strings.NewReader(picture)); ; {
		token, err := in.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("%v, in %s", err, picture)
		}
		switch token := token.(type) {
		case xml.StartElement:
			elements[token.Name.Local]++
		case xml.CharData:
			texts = append(texts, string(token))
		}
	}
	want := []string{"EventSource 1", "<b>", "Wire", "Server", "EventSource 1 /sse?a=1&b=<script>\uFFFD\uFFFD\"'", "2 CLOSED. ]]> \uFFFD", c.browser}
	if got := strings.Join(texts, "|"); got != strings.Join(want, "|") {
		t.Errorf("got the texts %q; want %q", got, strings.Join(want, "|"))
	}
	if elements["script"]+elements["b"] > 0 || elements["text"] != len(want) {
		t.Errorf("got the elements %v; want %d texts and no other markup", elements, len(want))
	}
}
