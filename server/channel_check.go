package main

import (
	"errors"
	"strconv"
	"strings"

	"eventsource-playground/scenario"
	"eventsource-playground/sse"
)

// checked is what a scenario's text means, so that a page need not carry the parser: the mistakes in it, and a preview.
type checked struct {
	ID       int              `json:"id"`
	Errors   []mistake        `json:"errors"`
	Title    string           `json:"title"`
	Listen   []string         `json:"listen"`
	Attempts []checkedAttempt `json:"attempts"`
}

// mistake is one in the text.
type mistake struct {
	Line   int    `json:"line"`
	Column int    `json:"column"`
	What   string `json:"what"`
}

// checkedAttempt is one section.
type checkedAttempt struct {
	Line   int           `json:"line"`   // where it stands in the text
	Status int           `json:"status"` // 0: there is no answer
	End    string        `json:"end"`    // end, cut, cut cleanly, hold, refuse or silence
	Lines  []checkedLine `json:"lines"`  // none if a browser does not read the answer as an event stream
	More   bool          `json:"more"`   // there are more than these
}

// checkedLine is a line of the stream, and what the decoder makes of it.
type checkedLine struct {
	Text    string        `json:"text"`
	Outcome string        `json:"outcome"`
	Why     string        `json:"why"`
	Event   *checkedEvent `json:"event"`
}

type checkedEvent struct {
	Type        string `json:"type"`
	Data        string `json:"data"`
	LastEventID string `json:"lastEventId"`
}

const (
	checkedMistakes = 100
	checkedBytes    = 8 << 10 // previewed of a section
	checkedLines    = 200     // the same
)

// check reads a text and previews its sections in their order. The decoder keeps the last event ID from one to the next,
// as it is when each is asked for in turn.
func check(text string) checked {
	c := checked{Errors: []mistake{}, Listen: []string{}, Attempts: []checkedAttempt{}}
	s, err := scenario.Parse(text, scenario.DefaultLimits)
	var mistakes scenario.Errors
	if errors.As(err, &mistakes) {
		for _, m := range mistakes[:min(len(mistakes), checkedMistakes)] {
			c.Errors = append(c.Errors, mistake{m.Line, m.Column, m.What})
		}
	}
	if s == nil || len(text) > scenario.DefaultLimits.Text {
		return c
	}
	c.Title = s.Title.In("en")
	c.Listen = append(c.Listen, s.Listen...)
	var decoder sse.Decoder
	for i, section := range s.Sections[:min(len(s.Sections), scenario.DefaultLimits.Sections)] {
		c.Attempts = append(c.Attempts, preview(section, i+1, &decoder))
	}
	return c
}

// preview is what a request gets that meets the section's condition.
func preview(section *scenario.Section, attempt int, decoder *sse.Decoder) checkedAttempt {
	a := checkedAttempt{Line: section.Line, Lines: []checkedLine{}}
	switch section.Reply {
	case scenario.Refuse:
		a.End = "refuse"
		return a
	case scenario.Silence:
		a.End = "silence"
		return a
	}
	a.Status = section.Head.Status
	request := scenario.Request{LastEventID: decoder.LastEventID(), Redirected: section.When.Redirected, Attempt: attempt}
	switch section.When.ID {
	case scenario.IDNone:
		request.LastEventID = ""
	case scenario.IDIs, scenario.IDNotNumber:
		request.LastEventID = section.When.Value
	case scenario.IDAtLeast:
		request.LastEventID = strconv.Itoa(section.When.N)
	}
	v := section.Preview(request, checkedBytes)
	if a.More = v.More; !v.More {
		a.End = endWord(v.End)
	}
	if !isStream(&section.Head) {
		return a
	}
	report := func(line sse.Line) {
		if len(a.Lines) == checkedLines {
			a.More = true
			return
		}
		l := checkedLine{Text: line.Raw, Outcome: line.Outcome.String(), Why: line.Why}
		if line.Event != nil {
			l.Event = &checkedEvent{line.Event.Type, line.Event.Data, line.Event.LastEventID}
		}
		a.Lines = append(a.Lines, l)
	}
	decoder.Feed(v.Bytes, report) // without limits: nothing can fail
	if v.More || v.End == scenario.Hold {
		report = func(sse.Line) {} // what is pending may come to its end
	}
	decoder.End(report)
	return a
}

// endWord is the notation's for the end of an answer.
func endWord(a scenario.Action) string {
	switch a {
	case scenario.Reset:
		return "cut"
	case scenario.Truncate:
		return "cut cleanly"
	}
	return a.String()
}

// isStream tells whether a browser reads the body as an event stream.
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
