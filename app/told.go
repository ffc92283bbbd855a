package main

import (
	"errors"
	"strings"

	"eventsource-playground/eventsource"
	"eventsource-playground/protocol"
	"eventsource-playground/trace"
)

// teller records what a Go engine sees: when its responses came, and of another server's stream all that our own server tells of
// its own.
type teller struct {
	source  *trace.Source
	foreign bool // or our server tells its side
	attempt int
	under   bool // a request is under way
	second  float64
	bytes   int // in that second
}

// mostTold is how many bytes a second are decoded once more, for the Wire. Of what is more only the size is recorded.
const mostTold = 64 << 10

// watch has the engine tell what it sees.
func (t *teller) watch(o *eventsource.StreamOptions) {
	o.Request, o.Response, o.Piece = t.request, t.response, t.piece
}

func (t *teller) tell(at float64, seen protocol.Seen) {
	seen.At, seen.Attempt = at, t.attempt
	t.source.Tell(seen)
}

func (t *teller) request(r eventsource.Request) {
	t.source.Asked(eventsource.Now())
	if !t.foreign {
		return
	}
	t.attempt++
	t.under = true
	target := withoutSecrets(r.URL, protocol.Mask)
	if _, after, ok := strings.Cut(target, "://"); ok {
		if i := strings.IndexByte(after, '/'); i >= 0 {
			target = after[i:]
		}
	}
	headers := []protocol.Header{}
	if r.LastEventID != "" {
		headers = append(headers, protocol.Header{Name: "Last-Event-ID", Value: r.LastEventID})
	}
	for name, value := range r.Header {
		if protocol.LooksSecret(name) {
			value = protocol.Mask
		}
		headers = append(headers, protocol.Header{Name: name, Value: value})
	}
	sortHeaders(headers)
	method := r.Method
	if method == "" {
		method = "GET"
	}
	t.tell(eventsource.Now(), protocol.Seen{Kind: protocol.SeenRequest, Method: method, Target: target, Header: headers})
}

// sortHeaders sorts a few headers by their names; those of one name stay in their order. (A sort of package slices would cost what a
// visitor loads 3 kB.)
func sortHeaders(headers []protocol.Header) {
	for i := range headers {
		for j := i; j > 0 && headers[j].Name < headers[j-1].Name; j-- {
			headers[j], headers[j-1] = headers[j-1], headers[j]
		}
	}
}

func (t *teller) response(r eventsource.Response) {
	t.source.Headed(r.TimeStamp)
	if !t.foreign {
		return
	}
	headers := []protocol.Header{}
	for name, values := range r.Header {
		for _, value := range values {
			headers = append(headers, protocol.Header{Name: name, Value: value})
		}
	}
	sortHeaders(headers)
	t.tell(r.TimeStamp, protocol.Seen{Kind: protocol.SeenHead, Status: r.Status, Header: headers})
}

func (t *teller) piece(at float64, p []byte) {
	t.source.Arrived(at)
	if !t.foreign {
		return
	}
	const second = 1000
	if at-t.second >= second {
		t.second, t.bytes = at, 0
	}
	seen := protocol.Seen{Kind: protocol.SeenWrite, Size: len(p)}
	if t.bytes += len(p); t.bytes <= mostTold {
		seen.Bytes = p
	}
	t.tell(at, seen)
}

// observe tells how a response ended, which the engine's error says.
func (t *teller) observe(events eventsource.Events) {
	if events.Lazy() || events.Len() == 0 {
		return
	}
	last := events.Slice(events.Len()-1, events.Len())[0]
	if last.Kind != eventsource.Failed || !t.under {
		return
	}
	end := protocol.Seen{Kind: protocol.SeenEnd, How: protocol.EndLost}
	if refusal, ok := errors.AsType[*eventsource.Refusal](last.Err); ok {
		t.tell(last.TimeStamp, protocol.Seen{Kind: protocol.SeenWrite, Bytes: []byte(refusal.Body), Size: len(refusal.Body)})
		end.How, end.By = protocol.EndLeft, protocol.ByClient
	} else if lost, ok := errors.AsType[*eventsource.Lost](last.Err); ok && lost.During == "end" {
		end.How, end.By = protocol.EndProper, protocol.ByServer
	} else if errors.Is(last.Err, eventsource.ErrSilent) || errors.Is(last.Err, eventsource.ErrFrozen) {
		end.How, end.By = protocol.EndLeft, protocol.ByClient
	}
	t.tell(last.TimeStamp, end)
	t.under = false
}

// closed tells that the page closed it.
func (t *teller) closed() {
	if t.under {
		t.tell(eventsource.Now(), protocol.Seen{Kind: protocol.SeenEnd, How: protocol.EndLeft, By: protocol.ByClient})
		t.under = false
	}
}
