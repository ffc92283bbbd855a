package session

import (
	"errors"
	"strings"

	"eventsource-playground/protocol"
	"eventsource-playground/scenario"
	"eventsource-playground/server/limits"
	"eventsource-playground/sse"
)

// check reads a text, and previews its sections in their order if it has no mistake: one with mistakes may exceed every limit.
// The decoder keeps the last event ID from one to the next, as it is when each responds in turn. Each section may use the
// steps that those before it left, and its share of the rest.
func check(w *scenario.Work, text string, l *limits.Limits) protocol.Checked {
	c := protocol.Checked{Errors: []protocol.Mistake{}, Listen: []string{}, Attempts: []protocol.CheckedAttempt{}}
	s, err := w.Parse(text, scenario.DefaultLimits)
	var mistakes scenario.Errors
	if errors.As(err, &mistakes) {
		for _, m := range mistakes[:min(len(mistakes), l.CheckMistakes)] {
			c.Errors = append(c.Errors, protocol.Mistake{Line: m.Line, Column: m.Column, What: m.What})
		}
	}
	c.Listen, c.Connect = append(c.Listen, s.Listen...), protocol.Connect(s.Connect)
	var decoder sse.Decoder
	last := w.Steps() + l.CheckSteps
	for i, section := range s.Sections {
		w.Limit = w.Steps() + (last-w.Steps())/(len(s.Sections)-i)
		c.Attempts = append(c.Attempts, preview(w, section, s.Connect, i+1, &decoder, l))
	}
	return c
}

// preview is what a request gets that meets the section's condition.
func preview(w *scenario.Work, section *scenario.Section, connect scenario.Connect, attempt int, decoder *sse.Decoder, l *limits.Limits) protocol.CheckedAttempt {
	a := protocol.CheckedAttempt{Events: []protocol.Event{}}
	switch section.Reply {
	case scenario.Refuse:
		a.End = "refuse"
		return a
	case scenario.Silence:
		a.End = "silence"
		return a
	}
	a.Status = section.Head.Status
	request := connect.Request()
	request.LastEventID, request.Attempt = decoder.LastEventID(), attempt
	request = section.When.Example(request)
	v := w.Preview(section, request, l.CheckBytes)
	if a.More = v.More; !v.More {
		a.End = endWord(v.End)
	}
	if !isStream(&section.Head) {
		return a
	}
	report := func(line sse.Line) {
		if line.Event == nil {
			return
		}
		if len(a.Events) == l.CheckEvents {
			a.More = true
			return
		}
		a.Events = append(a.Events, protocol.Event(*line.Event))
	}
	decoder.Feed(v.Bytes, report) // without limits: nothing can fail
	if v.More || v.End == scenario.Hold {
		report = func(sse.Line) {} // what is pending may come to its end
	}
	decoder.End(report)
	return a
}

// endWord is the notation's for the end of a response.
func endWord(a scenario.Action) string {
	switch a {
	case scenario.Reset:
		return "cut"
	case scenario.Truncate:
		return "cut cleanly"
	case scenario.ResetAll:
		return "cut connection"
	}
	return a.String()
}

// isStream reports whether a browser reads the body as an event stream.
func isStream(head *scenario.Head) bool {
	if head.Status != 200 {
		return false
	}
	for _, h := range head.Header {
		if h.Name == "Content-Type" {
			mime, _, _ := strings.Cut(h.Value, ";")
			return strings.EqualFold(strings.TrimSpace(mime), "text/event-stream")
		}
	}
	return false
}
