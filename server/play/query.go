package play

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"eventsource-playground/scenario"
	"eventsource-playground/server/refuse"
)

// query is what the query of a request for a stream says.
type query struct {
	scenario   *scenario.Scenario
	who        Who
	redirected bool   // to the address that a redirect of this scenario leads to
	raw        string // as it came, without that mark
	text       string // the same without session and source: what is to be played
	classic    bool   // it is for the classic stream
	held       int    // bytes of memory that a play of it takes
}

// parseScenario reads the query of a request for a scenario, or says what to change.
func (s *Streams) parseScenario(raw string) (*query, *refuse.Refusal) {
	given, refused := parameters(raw, s.limits, knownToScenario)
	if refused != nil {
		return nil, refused
	}
	q := &query{raw: without(raw, mark), text: without(raw, mark, "session", "source")}
	name, byName := given["scenario"]
	script, byText := given["script"]
	if byName && byText {
		return nil, refuse.New(http.StatusBadRequest, "scenario and script exclude each other: give one of them.")
	}
	if byName {
		found, ok := s.find(name)
		if !ok {
			return nil, refuse.New(http.StatusNotFound,
				"There is no scenario %s: leave scenario out for the classic stream. All that there are is at /scenarios.", refuse.Quote(name))
		}
		q.scenario = found
	}
	for _, name := range knownToClassic {
		if _, ok := given[name]; ok {
			return nil, refuse.New(http.StatusBadRequest, "%s is for the classic stream only: leave it out, since a scenario says everything by itself.", name)
		}
	}
	if q.who, refused = ParseWho(given); refused != nil {
		return nil, refused
	}
	if value, ok := given[mark]; ok {
		if value != "1" {
			return nil, refuse.Bad(mark, value, "1, or leave it to the server, which adds it where a redirect leads")
		}
		q.redirected = true
	}
	if byText {
		if q.scenario, refused = s.scripts.get(script, parseScript); refused != nil {
			return nil, refused
		}
		q.held = q.scenario.Size()
	}
	q.held += keeps(q.scenario)
	return q, nil
}

// Scenario is what a request with a query plays, or what to change.
func (s *Streams) Scenario(raw string) (*scenario.Scenario, *refuse.Refusal) {
	parse := s.parseScenario
	if !IsScenario(raw) {
		parse = func(raw string) (*query, *refuse.Refusal) { return parseClassic(raw, s.limits) }
	}
	q, refused := parse(raw)
	if refused != nil {
		return nil, refused
	}
	return q.scenario, nil
}

// keeps is the most that a play of a scenario keeps while it waits, in bytes.
func keeps(s *scenario.Scenario) (most int) {
	for _, section := range s.Sections {
		n := section.Keeps()
		switch section.Head.Gzip {
		case scenario.GzipFlushed:
			n += history
		case scenario.GzipUnflushed:
			n += history + much
		}
		most = max(most, n)
	}
	return most
}

// parseScript reads a text that came in the URL: as it is, or after a tilde as base64url of raw deflate.
func parseScript(script string) (*scenario.Scenario, *refuse.Refusal) {
	text := script
	if packed, ok := strings.CutPrefix(script, "~"); ok {
		var err error
		if text, err = unpack(packed, scenario.DefaultLimits.Text); err != nil {
			return nil, refuse.New(http.StatusBadRequest, "script=~… can't be unpacked, since %v: give base64url of raw deflate, or the text itself.", err)
		}
	}
	s, err := scenario.Parse(text, scenario.DefaultLimits)
	if mistakes, ok := errors.AsType[scenario.Errors](err); ok {
		return nil, refuse.New(http.StatusBadRequest, "%s", enumerate(mistakes))
	}
	s.Expect = nil // nobody compares here, and it takes more memory than all else
	return s, nil
}

// unpack decompresses at most so many bytes, and one more that says that it is too much.
func unpack(s string, most int) (string, error) {
	packed, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(s, "="))
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(packed)), int64(most)+1))
	switch {
	case err != nil:
		return "", err
	case len(text) > most:
		return "", fmt.Errorf("the text is longer than %d bytes", most)
	}
	return string(text), nil
}

// enumerate is the first mistakes of a text, one on a line: line:column: what is wrong.
func enumerate(mistakes scenario.Errors) string {
	const most = 10
	var b strings.Builder
	b.WriteString("The script can't be played. Line:column: what is wrong.")
	for i, m := range mistakes {
		if i == most {
			fmt.Fprintf(&b, "\nand %d more", len(mistakes)-most)
			break
		}
		fmt.Fprintf(&b, "\n%d:%d: %s", m.Line, m.Column, m.What)
	}
	return b.String()
}
