package compare

import (
	"math"
	"strconv"
	"strings"

	"eventsource-playground/eventsource"
	"eventsource-playground/order"
	"eventsource-playground/protocol"
	"eventsource-playground/trace"
)

// What a play's trace holds, as the rows measure it.

// each calls do with the first play of each client, in all parts.
func (r *Run) each(do func(p *Played, i int, client trace.ClientKind)) {
	for _, p := range r.Parts {
		for i, play := range p.Plays {
			if p.First[i] != nil {
				do(p, i, play.Client)
			}
		}
	}
}

// own are the records of a play's client.
func (p *Played) own(i int) (own []trace.Record) {
	number := p.First[i].State().Source
	for _, r := range p.Log.Records(p.Log.First(), p.Log.End()) {
		if r.Source == number {
			own = append(own, r)
		}
	}
	return own
}

// messages are the stream's events that a play's client dispatched.
func (p *Played) messages(i int) (came []trace.Record) {
	for _, r := range p.own(i) {
		if r.Kind == trace.Message {
			came = append(came, r)
		}
	}
	return came
}

// lost is how a client noticed that its connection was lost, or nil: before the page closed it.
func (p *Played) lost(i int) *trace.Record {
	for _, r := range p.own(i) {
		switch r.Kind {
		case trace.Close:
			return nil
		case trace.Error, trace.Ended:
			if p.First[i].Kind != trace.WebSocket || r.Kind == trace.Ended {
				return &r
			}
		}
	}
	return nil
}

// exchange is a play's request by its number, from 0, or nil.
func (p *Played) exchange(i, attempt int) *trace.Exchange {
	all := p.First[i].Exchanges()
	if attempt >= len(all) {
		return nil
	}
	return all[attempt]
}

// reopened reports whether a play's client opened again.
func (p *Played) reopened(i int) bool {
	return p.First[i] == nil || p.First[i].Counts().Reconnections() > 0
}

// back is how long a client waited until it was open again, in milliseconds.
func (p *Played) back(i int) (ms float64, ok bool) {
	if p.First[i].Counts().Reconnections() == 0 {
		return 0, false
	}
	spans := p.First[i].Spans(p.Began-1e3, p.Ended+1e6)
	for at, s := range spans {
		if s.Waiting {
			for _, next := range spans[at+1:] {
				if next.State == eventsource.Open {
					return next.From - s.From, true
				}
			}
		}
	}
	return 0, false
}

// states are those that a client passed through until the page closed it, in its own numbers: 0 → 1 → 0 → 1.
func (p *Played) states(i int) string {
	said, closed := []string{}, p.Ended+1e6
	for _, r := range p.own(i) {
		if r.Kind == trace.Close {
			closed = r.At
			break
		}
	}
	for _, s := range p.First[i].Spans(p.Began-1e3, closed) {
		if n := strconv.Itoa(p.First[i].Kind.Number(s.State)); len(said) == 0 || said[len(said)-1] != n {
			said = append(said, n)
		}
	}
	return strings.Join(said, " → ")
}

// closeCode is what a WebSocket's close event said, or 0 if none fired.
func (p *Played) closeCode(i int) (code int, clean bool) {
	ended := p.lost(i)
	if ended == nil || ended.Kind != trace.Ended {
		return 0, false
	}
	_, text, _ := strings.Cut(ended.Cause, "code ")
	digits, _, _ := strings.Cut(text, " ")
	code, _ = strconv.Atoi(strings.TrimSuffix(digits, ","))
	return code, strings.HasSuffix(ended.Cause, "wasClean")
}

// sent is an event as the server sent it.
type sent struct {
	at   float64 // on the page's clock
	data int     // bytes of its data
	wire int     // bytes on the wire, with all that is around it
}

// events are those that the server sent in a play's request.
func (p *Played) events(i, attempt int) (all []sent) {
	e := p.exchange(i, attempt)
	if e == nil {
		return nil
	}
	for _, f := range e.Frames {
		if !f.FromPage && (f.Frame == protocol.FrameText || f.Frame == protocol.FrameBinary) {
			all = append(all, sent{f.At, f.Size, f.Wire})
		}
	}
	if e.IsWebSocket() {
		return all
	}
	w := 0
	for _, l := range e.Lines {
		if l.Event == nil {
			continue
		}
		one := sent{at: l.At, data: len(l.Event.Data)}
		for ; w < len(e.Writes) && e.Writes[w].At <= l.At; w++ {
			one.wire += e.Writes[w].Wire
		}
		all = append(all, one)
	}
	return all
}

// wire is how many bytes a play's responses were on the wire, without their heads.
func (p *Played) wire(i int) (bytes int) {
	for _, e := range p.First[i].Exchanges() {
		bytes += e.Wire
	}
	return bytes
}

// percentile is the value below which so many percent of some lie, by the nearest rank.
func percentile(values []float64, percent float64) float64 {
	sorted := append([]float64(nil), values...)
	order.Ascending(sorted)
	rank := int(math.Ceil(percent / 100 * float64(len(sorted))))
	return sorted[max(0, rank-1)]
}
