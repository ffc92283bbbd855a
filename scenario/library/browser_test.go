package library

import (
	"mime"
	"slices"
	"strings"
	"time"

	"eventsource-playground/scenario"
	"eventsource-playground/sse"
)

// browser is an EventSource as an engine has it, on a clock of its own. What the engines do differently was measured;
// everything about the format is sse.Decoder's.
type browser struct {
	engine   string
	scenario *scenario.Scenario
	run      scenario.Run
	limit    int // how many things to see

	now, last time.Time
	seen      []scenario.Seen

	decoder sse.Decoder
	id      string
	retry   time.Duration

	moved       bool // the address requested is the target of a redirect
	otherOrigin bool
	opened      bool
	compressed  []byte

	stage   *stage // of a lesson; nil: there is none
	stopped bool
}

func newBrowser(engine string, s *scenario.Scenario, limit int) *browser {
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	b := &browser{engine: engine, scenario: s, limit: limit, now: start, last: start}
	b.retry = b.usualRetry()
	return b
}

func (b *browser) usualRetry() time.Duration {
	if b.engine == scenario.Firefox {
		return 5 * time.Second
	}
	return 3 * time.Second
}

func (b *browser) see(s scenario.Seen) {
	s.After = b.now.Sub(b.last)
	b.last = b.now
	b.seen = append(b.seen, s)
	b.stage.see(s)
}

// wait lets time pass.
func (b *browser) wait(d time.Duration) {
	switch {
	case b.stage == nil:
		b.now = b.now.Add(d)
	case !b.stopped:
		b.stage.wait(d)
	}
}

// watch connects and reconnects until the EventSource is closed, nothing more comes, or the limit of things is seen.
func (b *browser) watch() {
	for len(b.seen) < b.limit && !b.stopped {
		switch b.attempt() {
		case closed:
			b.see(scenario.Seen{Kind: scenario.Failed, ReadyState: 2})
			return
		case silent:
			return
		case lost:
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
func (b *browser) attempt() outcome {
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
		r := scenario.Request{LastEventID: b.id, Redirected: moved, Now: func() time.Time { return b.now }}
		b.see(scenario.Seen{Kind: scenario.Requested, LastEventID: b.id, Redirected: moved})
		if b.stopped {
			return silent
		}
		var section *scenario.Section
		section, r.Attempt = b.run.Answer(b.scenario, r, b.now)
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
func (b *browser) read(p *scenario.Player, otherOrigin bool) outcome {
	var gzip scenario.Gzip
	for {
		step, ok := p.Next()
		if !ok {
			panic("no end")
		}
		if b.stopped {
			return silent
		}
		b.stage.serve(step)
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
		case scenario.Truncate, scenario.Reset:
			b.decoder.End(func(sse.Line) {})
			return lost
		}
	}
}

func (b *browser) open() {
	if !b.opened {
		b.opened = true
		b.see(scenario.Seen{Kind: scenario.Opened})
	}
}

func (b *browser) typeFits(header []scenario.Header) bool {
	i := slices.IndexFunc(header, func(h scenario.Header) bool { return h.Name == "Content-Type" })
	if i < 0 {
		return false
	}
	essence, parameters, err := mime.ParseMediaType(header[i].Value)
	charset, given := parameters["charset"]
	return err == nil && essence == "text/event-stream" &&
		(!given || b.engine == scenario.Firefox || strings.EqualFold(charset, "utf-8"))
}

func (b *browser) letIn(head *scenario.Head) bool {
	if b.scenario.Connect.Credentials {
		return head.CORS == scenario.CORSExact && head.Credentials
	}
	return head.CORS != scenario.CORSNone
}

// receive reads line by line, so that it can do what an engine does against the standard.
func (b *browser) receive(p []byte) {
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
