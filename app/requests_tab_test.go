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
		{
			"a stream of a connection that has several",
			trace.Exchange{Request: protocol.Seen{Proto: "HTTP/2", Stream: 3, Port: 7}, Head: ok, Sent: 10},
			"0.000 s|HTTP/2|200|10 bytes|under way|–|–",
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

func TestTheConnectionOfARequestIsShared(t *testing.T) {
	on := func(source, port, stream int, at, until float64) *trace.Exchange {
		e := &trace.Exchange{Source: source, At: at, Request: protocol.Seen{Proto: "HTTP/2", Port: port, Stream: stream}}
		if until > 0 {
			e.End, e.EndAt = &protocol.Seen{}, until
		}
		return e
	}
	e := on(1, 7, 5, 1000, 2000)
	all := []*trace.Exchange{
		on(2, 7, 1, 0, 900), on(3, 7, 3, 500, 1500), on(4, 8, 1, 1000, 0), e, on(5, 7, 7, 1500, 0), on(6, 7, 0, 1500, 0), on(7, 7, 9, 2100, 0),
	}
	if got, want := sharedWith(e, all), "The connection was shared with: EventSource 3, stream 3; EventSource 5, stream 7."; got != want {
		t.Errorf("got %q; want %q", got, want)
	}
	if got := sharedWith(all[2], all); got != "" {
		t.Errorf("got %q for one that is alone; want nothing", got)
	}
	for n := range 10 {
		all = append(all, on(10+n, 7, 11+2*n, 1500, 0))
	}
	if got := sharedWith(e, all); !strings.HasSuffix(got, "; 6 more.") {
		t.Errorf("got %q; want the rest in a number", got)
	}
}
