package scenario

import (
	"slices"
	"strings"
	"time"
)

// A Request is what the choice of a section, and its placeholders, depend on.
type Request struct {
	LastEventID string // "": without the header
	Redirected  bool   // the address is the target of a RedirectHere or RedirectSecond
	Method      string // "": GET, and so is HEAD
	Body        []byte // of a POST, for {body}

	header        map[string]string // those that SetHeader keeps, by their names in lower case
	authorization string            // for a condition, and nothing else

	// Announced are the headers that the request will have, as a preflight names them. A condition on one is met: whether it
	// is in the end is not known yet.
	Announced []string

	Attempt int              // for {attempt}; a Run counts
	Now     func() time.Time // for {time}; nil: always the beginning of 1970
	Random  func(n int) int  // for {random}, from 0 to n-1; nil: always 0
}

// SetHeader keeps what a scenario may know of a header: nothing, unless its name begins with X-, or it is Authorization, which
// only a condition can see.
func (r *Request) SetHeader(name, value string) {
	switch name = strings.ToLower(name); {
	case name == "authorization":
		r.authorization = value
	case strings.HasPrefix(name, ownHeaders):
		if r.header == nil {
			r.header = map[string]string{}
		}
		r.header[name] = value
	}
}

// ownHeaders begin with this, in lower case.
const ownHeaders = "x-"

func (r *Request) announces(name string) bool {
	return slices.ContainsFunc(r.Announced, func(announced string) bool { return strings.EqualFold(announced, name) })
}

func (r *Request) method() string {
	if r.Method == "" {
		return "GET"
	}
	return r.Method
}

func (r *Request) now() time.Time {
	if r.Now == nil {
		return time.Unix(0, 0).UTC()
	}
	return r.Now().UTC()
}

func (r *Request) random(n int) int {
	if r.Random == nil {
		return 0
	}
	return r.Random(n)
}

// A Run is one EventSource on its way through a scenario. The zero Run is at the start.
// Its fields are for those who hand it on as JSON.
type Run struct {
	Attempts int       `json:"attempts"`
	Turn     int       `json:"turn"` // of the sections without a condition
	Begun    bool      `json:"begun"`
	Since    time.Time `json:"since,omitzero"` // when the turn began, if it has
}

// Section returns the section for r, a request at the time now, and the number of the attempt, from 1. It is the first
// section whose condition r meets; otherwise those without a condition take turns, and the last one repeats. It is nil if
// there are only sections with conditions, and none is met.
func (run *Run) Section(s *Scenario, r Request, now time.Time) (section *Section, attempt int) {
	run.Attempts++
	var turns []*Section
	for _, section := range s.Sections {
		switch {
		case section.When == Condition{}:
			turns = append(turns, section)
		case section.When.met(&r):
			return section, run.Attempts
		}
	}
	if len(turns) == 0 {
		return nil, run.Attempts
	}
	run.Turn = min(run.Turn, len(turns)-1) // it may be handed on by a server with another version of the scenario
	if run.Begun && now.Sub(run.Since) >= turns[run.Turn].For && run.Turn < len(turns)-1 {
		run.Turn++
		run.Begun = false
	}
	if !run.Begun {
		run.Begun, run.Since = true, now
	}
	return turns[run.Turn], run.Attempts
}
