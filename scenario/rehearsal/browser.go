// Package rehearsal plays scenarios to an EventSource without a browser, so that all of them are tested in milliseconds.
package rehearsal

import (
	"mime"
	"slices"
	"strings"
	"time"

	"eventsource-playground/scenario"
	"eventsource-playground/sse"
)

// A Browser is an EventSource as an engine has it, on a clock of its own. What the engines do differently was measured;
// everything about the format is sse.Decoder's.
type Browser struct {
	Now     time.Time
	Seen    []scenario.Seen
	Stopped bool // sees and does nothing more

	// What is called, if it is not nil: for each thing seen, before each step of a response, and for time to pass, which must
	// move Now.
	OnSeen func(scenario.Seen)
	OnStep func(scenario.Step)
	OnWait func(time.Duration)

	engine   string
	scenario *scenario.Scenario
	run      scenario.Run
	limit    int // how many things to see
	last     time.Time

	decoder sse.Decoder
	id      string
	retry   time.Duration

	moved       bool // the address requested is the target of a redirect
	otherOrigin bool
	opened      bool
	compressed  []byte
}

// Start is a time for the first Browser of a rehearsal.
var Start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// New returns a Browser for a scenario as an engine, scenario.Chromium or Firefox, plays it from a time on, until it has seen
// as many things as limit says.
func New(engine string, s *scenario.Scenario, now time.Time, limit int) *Browser {
	b := &Browser{engine: engine, scenario: s, limit: limit, Now: now, last: now}
	b.retry = b.usualRetry()
	return b
}

func (b *Browser) usualRetry() time.Duration {
	if b.engine == scenario.Firefox {
		return 5 * time.Second
	}
	return 3 * time.Second
}

func (b *Browser) see(s scenario.Seen) {
	s.After = b.Now.Sub(b.last)
	b.last = b.Now
	b.Seen = append(b.Seen, s)
	if b.OnSeen != nil {
		b.OnSeen(s)
	}
}

// wait lets time pass.
func (b *Browser) wait(d time.Duration) {
	switch {
	case b.OnWait == nil:
		b.Now = b.Now.Add(d)
	case !b.Stopped:
		b.OnWait(d)
	}
}

// Watch connects and reconnects until the EventSource is closed, nothing more comes, or the limit is reached.
func (b *Browser) Watch() {
	for len(b.Seen) < b.limit && !b.Stopped {
		switch b.attempt() {
		case closed:
			b.see(scenario.Seen{Kind: scenario.Failed, ReadyState: 2})
			return
		case silent:
			return
		case lost:
			if b.scenario.Connect.Body != "" { // which a client of one's own does not send again by itself
				b.see(scenario.Seen{Kind: scenario.Failed, ReadyState: 2})
				return
			}
			b.see(scenario.Seen{Kind: scenario.Failed})
		}
		if b.retry > time.Hour {
			return
		}
		wait := b.retry
		if b.engine == scenario.Firefox {
			wait = max(wait, 500*time.Millisecond)
		}
		b.wait(wait)
	}
}

type outcome uint8

const (
	lost     outcome = iota // tried again
	closed                  // given up
	silent                  // open for ever, or without a response
	followed                // a redirect
)

// attempt is one connection, with all the redirects on its way.
func (b *Browser) attempt() outcome {
	b.opened, b.compressed = false, nil
	moved, otherOrigin := b.moved, b.otherOrigin || b.scenario.Connect.SecondOrigin
	keep := true // the move, for the next attempt
	for hops := 0; ; hops++ {
		if hops > 20 {
			if b.engine == scenario.Firefox {
				return closed
			}
			return lost
		}
		r := b.scenario.Connect.Request()
		r.LastEventID, r.Redirected, r.Now = b.id, moved, func() time.Time { return b.Now }
		b.see(scenario.Seen{Kind: scenario.Requested, LastEventID: b.id, Redirected: moved})
		if b.Stopped {
			return silent
		}
		var section *scenario.Section
		section, r.Attempt = b.run.Section(b.scenario, r, b.Now)
		how := b.read(section.Play(r), otherOrigin)
		if how != followed {
			if keep && how != closed {
				b.moved, b.otherOrigin = moved, otherOrigin
			}
			return how
		}
		if section.Head.Redirect == scenario.RedirectPath {
			return closed // there is nothing
		}
		moved = true
		otherOrigin = otherOrigin || section.Head.Redirect == scenario.RedirectSecond
		permanent := section.Head.Status == 301 || section.Head.Status == 308
		keep = keep && (permanent || b.engine == scenario.Chromium)
	}
}

// read executes the steps of a response.
func (b *Browser) read(p *scenario.Player, otherOrigin bool) outcome {
	var gzip scenario.Gzip
	for {
		step, ok := p.Next()
		if !ok {
			panic("no end")
		}
		if b.Stopped {
			return silent
		}
		if b.OnStep != nil {
			b.OnStep(step)
		}
		switch step.Do {
		case scenario.Wait:
			b.wait(step.For)
		case scenario.Respond:
			if step.Head.Redirect != scenario.NoRedirect {
				return followed
			}
			if step.Head.Status != 200 || !b.typeFits(step.Head.Header) || otherOrigin && !b.letIn(step.Head) {
				return closed
			}
			gzip = step.Head.Gzip
			if b.engine == scenario.Chromium {
				b.open()
			}
		case scenario.Write:
			if gzip == scenario.GzipUnflushed {
				b.compressed = append(b.compressed, step.Bytes...)
				continue
			}
			b.receive(step.Bytes)
		case scenario.Hold:
			return silent
		case scenario.End:
			b.receive(b.compressed)
			b.open()
			fallthrough
		case scenario.Truncate, scenario.Reset, scenario.ResetAll:
			b.decoder.End(func(sse.Line) {})
			return lost
		}
	}
}

func (b *Browser) open() {
	if !b.opened {
		b.opened = true
		b.see(scenario.Seen{Kind: scenario.Opened})
	}
}

func (b *Browser) typeFits(header []scenario.Header) bool {
	i := slices.IndexFunc(header, func(h scenario.Header) bool { return h.Name == "Content-Type" })
	if i < 0 {
		return false
	}
	essence, parameters, err := mime.ParseMediaType(header[i].Value)
	charset, given := parameters["charset"]
	return err == nil && essence == "text/event-stream" &&
		(!given || b.engine == scenario.Firefox || strings.EqualFold(charset, "utf-8"))
}

func (b *Browser) letIn(head *scenario.Head) bool {
	if b.scenario.Connect.Credentials {
		return head.CORS == scenario.CORSExact && head.Credentials
	}
	return head.CORS != scenario.CORSNone
}

// receive reads line by line, so that it can do what an engine does against the standard.
func (b *Browser) receive(p []byte) {
	for len(p) > 0 {
		b.open()
		var line []byte
		line, p = scenario.CutLine(p)
		forget := false
		b.decoder.Feed(line, func(l sse.Line) {
			switch {
			case l.Outcome == sse.Dispatched:
				b.id = l.Event.LastEventID
				if slices.Contains(b.scenario.Listen, l.Event.Type) {
					b.see(scenario.Seen{Kind: scenario.Dispatched, Event: *l.Event})
				}
			case l.Outcome == sse.Blank && b.engine == scenario.Firefox:
				forget = b.decoder.LastEventID() != b.id
			case l.Outcome == sse.Blank:
				b.id = b.decoder.LastEventID()
			case l.Field == "retry" && l.Outcome == sse.Field:
				b.retry, _ = b.decoder.ReconnectionTime()
			case l.Field == "retry" && l.Value == "" && b.engine == scenario.Firefox:
				b.retry = 0
			case l.Field == "retry" && l.Value == "":
				b.retry = b.usualRetry()
			}
		})
		if forget {
			b.decoder = *sse.NewDecoder(b.id, sse.Limits{})
		}
	}
}
