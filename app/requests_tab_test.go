package main

import (
	"strings"
	"testing"

	"eventsource-playground/protocol"
	"eventsource-playground/trace"
)

func TestTheLineOfARequest(t *testing.T) {
	request := protocol.Seen{Proto: "HTTP/1.1"}
	again := protocol.Seen{Proto: "HTTP/2.0", Header: []protocol.Header{{Name: "last-event-id", Value: " 7"}}}
	ok, noContent := &protocol.Seen{Status: 200}, &protocol.Seen{Status: 204}
	for _, test := range []struct {
		name     string
		exchange trace.Exchange
		want     string
	}{
		{"no response yet", trace.Exchange{At: 1250, Request: request}, "1.250 s|HTTP/1.1|none yet|0 bytes|under way|–|–"},
		{"a stream", trace.Exchange{Request: request, Head: ok, Sent: 1234}, "0.000 s|HTTP/1.1|200|1 234 bytes|under way|–|–"},
		{
			"a stream that the page closed, compressed",
			trace.Exchange{At: 500, Request: again, Head: ok, Sent: 4096, Packed: 2048, End: &protocol.Seen{By: protocol.ByClient, How: protocol.EndLeft}, EndAt: 3510},
			"0.500 s|HTTP/2.0|200|4 096 → 2 048 bytes|3.01 s|left, by the client|␠7",
		},
		{
			"a response without a body",
			trace.Exchange{Request: request, Head: noContent, End: &protocol.Seen{By: protocol.ByServer, How: protocol.EndProper}, EndAt: 4},
			"0.000 s|HTTP/1.1|204|0 bytes|4 ms|end, by the server|–",
		},
		{
			"a request that was refused",
			trace.Exchange{Request: request, End: &protocol.Seen{By: protocol.ByServer, How: protocol.EndRefused}, EndAt: 2},
			"0.000 s|HTTP/1.1|none|0 bytes|2 ms|refused, by the server|–",
		},
		{
			"a server that is gone",
			trace.Exchange{Request: request, Head: ok, Sent: 10, Unknown: true, EndAt: 900},
			"0.000 s|HTTP/1.1|200|10 bytes|–|not known: the server that saw it is gone|–",
		},
	} {
		got := []string{}
		for _, f := range requestFacts(&test.exchange) {
			got = append(got, f.value)
		}
		if got := strings.Join(got, "|"); got != test.want {
			t.Errorf("%s: got %s; want %s", test.name, got, test.want)
		}
	}
}
