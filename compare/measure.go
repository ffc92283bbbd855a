package compare

import (
	"strings"

	"eventsource-playground/protocol"
	"eventsource-playground/trace"
)

// Measure reads the row's figures out of what was observed.
func (r *Run) Measure() Figures {
	f := Figures{"rowMs": r.Took}
	if r.Secure {
		f["secure"] = 1.0
	}
	r.each(func(p *Played, i int, client trace.ClientKind) {
		if p.HTTP2() && client != trace.WebSocket {
			f["http2"] = 1.0
		}
		if seen, gone := p.Log.Exchanges(); len(seen)+gone == 0 {
			f["unseen"] = 1.0 // the channel is down
		}
	})
	for _, p := range r.Parts {
		for i, play := range p.Plays {
			if why := p.Extras[i].Refused; why != "" {
				f.text(play.Client, "refused", why)
			}
		}
	}
	r.Row.measure(r, f)
	return f
}

func measureOver(r *Run, f Figures) {
	r.each(func(p *Played, i int, client trace.ClientKind) {
		e := p.exchange(i, 0)
		if e == nil || e.Head == nil {
			return
		}
		path, _, _ := strings.Cut(e.Request.Target, "?")
		f.text(client, "request", e.Request.Method+" "+path)
		f.count(client, "status", e.Head.Status)
		f.text(client, "protocol", e.Request.Proto)
		if request, response := e.HandshakeBytes(); request > 0 && response > 0 {
			f.count(client, "requestBytes", request)
			f.count(client, "responseBytes", response)
		}
		if e.Request.Proto >= "HTTP/2" {
			f.is(client, "hpack")
		}
		for _, h := range [][2]string{{"Content-Type", "type"}, {"Transfer-Encoding", "framing"}, {"Upgrade", "upgrade"}} {
			if value, ok := protocol.HeaderOf(e.Head.Header, h[0]); ok {
				f.text(client, h[1], value)
			}
		}
	})
}

func measureSpeak(r *Run, f Figures) {
	r.each(func(p *Played, i int, client trace.ClientKind) {
		x := &p.Extras[i]
		if x.NoSend {
			f.is(client, "noSend")
		}
		if len(x.Trips) > 0 {
			f.count(client, "trips", len(x.Trips))
			f.number(client, "tripMs", percentile(x.Trips, 50))
		}
	})
}

// sizes are those of the data whose cost is measured, in bytes.
var sizes = map[int]string{10: "around10Bytes", 100: "around100Bytes", 1000: "around1000Bytes"}

func measureCost(r *Run, f Figures) {
	r.each(func(p *Played, i int, client trace.ClientKind) {
		packed := strings.HasSuffix(p.Plays[i].Scenario, "gzip")
		costs := map[int][]float64{}
		for _, e := range p.events(i, 0) {
			costs[e.data] = append(costs[e.data], float64(e.wire))
		}
		for size, name := range sizes {
			switch {
			case len(costs[size]) == 0:
			case packed:
				f.number(client, strings.Replace(name, "around", "packed", 1), percentile(costs[size], 50))
			default:
				f.number(client, name, percentile(costs[size], 50)-float64(size))
			}
		}
		if e := p.exchange(i, 0); client == trace.WebSocket && e != nil && e.Head != nil {
			if extension, ok := protocol.HeaderOf(e.Head.Header, "Sec-WebSocket-Extensions"); ok {
				f.text(client, "extension", extension)
			} else {
				f.is(client, "plain")
			}
		}
	})
}

func measureLatency(r *Run, f Figures) {
	f["clockMs"], f["uncertaintyMs"] = r.Offset, r.Uncertainty
	r.each(func(p *Played, i int, client trace.ClientKind) {
		sent, came := p.events(i, 0), p.messages(i)
		var took []float64
		for k := range min(len(sent), len(came)) {
			took = append(took, came[k].At-sent[k].at)
		}
		if len(took) == 0 || len(sent) != len(came) {
			return
		}
		f.count(client, "events", len(took))
		f.number(client, "p50Ms", max(0, percentile(took, 50)))
		f.number(client, "p99Ms", max(0, percentile(took, 99)))
	})
}

// cuts are how the connection is lost, by the scenario.
var cuts = map[string]string{"cut": "", "end": "end", "cut-cleanly": "clean"}

func measureCut(r *Run, f Figures) {
	r.each(func(p *Played, i int, client trace.ClientKind) {
		name := cuts[p.Plays[i].Scenario]
		if p.Plays[i].ByHand {
			name = "hand"
			f["lines"] = float64(r.Lines)
		}
		if ms, ok := p.back(i); ok {
			f.number(client, name+"backMs", ms)
		}
		f.text(client, name+"states", p.states(i))
		if code, clean := p.closeCode(i); code > 0 {
			f.count(client, name+"code", code)
			if clean {
				f.is(client, name+"clean")
			}
		}
		if lost, came := p.lost(i), p.messages(i); client == engine && lost != nil && len(p.events(i, 0)) > 0 && (len(came) == 0 || came[0].At > lost.At) {
			f.is(client, name+"discarded")
		}
		if e := p.exchange(i, 0); e != nil && e.Head != nil && e.Head.Status == 505 {
			f.is(client, name+"impossible")
		}
	})
}

// numbered is how many events there are to miss.
const numbered = 40

func measureMissed(r *Run, f Figures) {
	r.each(func(p *Played, i int, client trace.ClientKind) {
		name := ""
		if p.Plays[i].ByHand {
			name = "hand"
		}
		got := map[string]bool{}
		all := p.messages(i)
		for _, m := range all {
			got[m.Data] = true
		}
		f.count(client, name+"missed", numbered-len(got))
		f.count(client, name+"twice", len(all)-len(got))
		e := p.exchange(i, 1)
		if e == nil {
			return
		}
		id, said := protocol.HeaderOf(e.Request.Header, "Last-Event-ID")
		if !said {
			_, id, said = strings.Cut(e.Request.Target, "last-event-id=")
			id, _, _ = strings.Cut(id, "&")
		}
		if said {
			f.text(client, name+"said", id)
		}
	})
}

func measureNamed(r *Run, f Figures) {
	r.each(func(p *Played, i int, client trace.ClientKind) {
		types := map[string]bool{}
		came := p.messages(i)
		for _, m := range came {
			types[m.Type] = true
		}
		f.count(client, "came", len(came))
		f.count(client, "types", len(types))
		f.count(client, "sent", len(p.events(i, 0)))
		f.count(client, "told", p.Extras[i].Types)
	})
}

const mebi = 1 << 20

func measureBytes(r *Run, f Figures) {
	sums := map[uint32]bool{}
	r.each(func(p *Played, i int, client trace.ClientKind) {
		x, name := &p.Extras[i], ""
		if strings.HasSuffix(p.Plays[i].Scenario, "gzip") {
			name = "gzip"
		}
		if x.Bytes == 0 {
			return
		}
		sums[x.Sum] = true
		f.number(client, name+"gotMiB", float64(x.Bytes)/mebi)
		f.number(client, name+"wireMiB", float64(p.wire(i))/mebi)
		f.number(client, name+"tookMs", x.Done-p.First[i].State().NewAt)
		f.number(client, name+"handledMs", x.Handled)
	})
	f["pictures"] = float64(len(sums))
}

func measureStreams(r *Run, f Figures) {
	r.each(func(p *Played, i int, client trace.ClientKind) {
		x := &p.Extras[i]
		f.count(client, "opened", x.Opened)
		f.count(client, "next", x.Opened+1)
		switch all := p.Log.Sources(); {
		case !x.Failed && x.Opened < FillMost:
			f.is(client, "waits")
		case !x.Failed:
			f.is(client, "endless")
		case refusedByServer(all[len(all)-1]):
			f.is(client, "quota")
		default:
			f.is(client, "fails")
		}
	})
}

// refusedByServer reports whether it was the server that did not let a client in.
func refusedByServer(s *trace.Source) bool {
	e := s.Exchanges()
	return len(e) > 0 && e[len(e)-1].Head != nil && e[len(e)-1].Head.Status >= 400
}

func measureIdle(r *Run, f Figures) {
	r.each(func(p *Played, i int, client trace.ClientKind) {
		lost := p.lost(i)
		switch came := p.messages(i); {
		case p.With && lost == nil: // with a heartbeat
			f.number(client, "keptMs", p.Ended-p.First[i].State().NewAt)
		case !p.With && lost != nil && len(came) > 0:
			f.number(client, "noticedMs", lost.At-came[0].At)
		}
		if p.With {
			return
		}
		if ms, ok := p.back(i); ok {
			f.number(client, "backMs", ms)
		}
		if code, _ := p.closeCode(i); code > 0 {
			f.count(client, "code", code)
		}
	})
}

// floodBytes is a little less than the scenario flood sends in all: who has sent so much was not held.
const floodBytes = 31 * mebi

// held is how long a sender writes nothing, while it has something to write, before that is said to be for the reader.
const held = BlockFor / 4

func measureSlow(r *Run, f Figures) {
	r.each(func(p *Played, i int, client trace.ClientKind) {
		blocked, e := p.Extras[i].Blocked, p.exchange(i, 0)
		if blocked[1] == 0 || e == nil {
			return
		}
		bytes, last, longest := 0, blocked[0], 0.0
		for _, w := range e.Writes {
			if w.At >= blocked[1] {
				break
			}
			bytes += w.Wire
			if w.At > last {
				longest = max(longest, w.At-last)
				last = w.At
			}
		}
		f.number(client, "blockedMs", blocked[1]-blocked[0])
		f.number(client, "queuedMiB", float64(bytes)/mebi)
		if longest = max(longest, blocked[1]-last); longest > held && bytes < floodBytes {
			f.number(client, "heldMs", longest)
		}
	})
}
