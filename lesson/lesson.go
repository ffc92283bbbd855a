// Package lesson is predict, run, reveal: a question, a scenario, and conditions on the recorded trace that decide.
//
// A [Lesson] comes from the server, in one language. A [Run] is one try at it: its [Measures] are what conditions test,
// and what the answer quotes. The page needs no parser for this: package lesson/file reads the files.
package lesson

import "slices"

// Kinds of lessons.
const (
	Belief = "belief"         // what many believe, and what is true
	Spot   = "spot the error" // the choices are a text in pieces: which one is false?
)

// Socket is the Client of a lesson about a WebSocket, as a link says it.
const Socket = "ws"

// A Lesson is all that the page needs of one, in one language.
type Lesson struct {
	Listed
	Language string `json:"language"`
	Section  string `json:"section"`  // of the standard, such as HTML 9.2.3
	Link     string `json:"link"`     // to it
	Question Text   `json:"question"` // of a Spot, what is said above the text

	Scenario string   `json:"scenario"`
	Listen   []string `json:"listen"`           // all types to listen to
	Cookie   string   `json:"cookie,omitempty"` // name=value, which the page gives itself for a minute before it connects
	Client   string   `json:"client,omitempty"` // what reads the stream: Socket, or "" for an EventSource
	Init     string   `json:"init,omitempty"`   // JSON: tried as the constructor's second argument

	Choices []Choice  `json:"choices"`
	Steps   []Step    `json:"steps,omitempty"`
	Until   Condition `json:"until"` // when the trace has decided

	Standard []int `json:"standard,omitempty"` // the choices that follow the standard, from 0; none: it leaves that open
	Answer   Text  `json:"answer"`             // shown where the browser followed the standard, unless the choice has its own
	Deviates Text  `json:"deviates,omitempty"` // said too where the browser did not follow the standard
	More     *More `json:"more,omitempty"`
}

// Listed is what a list of lessons says of one.
type Listed struct {
	Name   string `json:"name"`
	Number int    `json:"number"` // its place, from 1
	Kind   string `json:"kind"`
	Title  string `json:"title"`
}

// Choice is one outcome that can be predicted.
type Choice struct {
	Text   Text      `json:"text"`
	When   Condition `json:"when"` // the trace shows that this is what happened; of a Spot, that this is false
	Answer Text      `json:"answer,omitempty"`
}

// Step is what the page does by itself during the run, once each and in their order.
type Step struct {
	Do   string    `json:"do"`
	When Condition `json:"when"`
}

// What a Step does.
const (
	Close        = "close"         // close() on the source
	Connect      = "connect"       // new EventSource, set up as the first
	CloseAnother = "close another" // close() on one of the other sources that are open
	Fetch        = "fetch"         // read the same stream with fetch, to its end; its source is FetchSource
)

// More is one more thing to try, with one button.
type More struct {
	Text     Text     `json:"text"`
	Scenario string   `json:"scenario"`
	Listen   []string `json:"listen"`
}

// A Verdict is what the trace decided.
type Verdict struct {
	Choice   int      // that happened, or that is false in a Spot, from 0; -1: none of them
	Follows  bool     // the standard, as far as it specifies this
	Answer   []Phrase // none where the lesson did not think of it
	Deviates []Phrase // what the standard says, if the browser did something else; the same
}

// Decide says what the trace decided, if it has. say is as for Fill.
func (l *Lesson) Decide(say func(string) string, m Measures) (v Verdict, decided bool) {
	if !l.Until.Holds(m) {
		return v, false
	}
	v.Choice = slices.IndexFunc(l.Choices, func(c Choice) bool { return c.When.Holds(m) })
	v.Follows = len(l.Standard) == 0 && v.Choice >= 0 || slices.Contains(l.Standard, v.Choice)
	switch {
	case v.Choice >= 0 && l.Choices[v.Choice].Answer != nil:
		v.Answer = Fill(say, l.Choices[v.Choice].Answer, m)
	case v.Follows:
		v.Answer = Fill(say, l.Answer, m)
	}
	if !v.Follows {
		v.Deviates = Fill(say, l.Deviates, m)
	}
	return v, true
}
