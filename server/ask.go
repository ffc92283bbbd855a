package main

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"eventsource-playground/scenario"
)

// ask is what a request for a stream asks for.
type ask struct {
	scenario   *scenario.Scenario
	watch      watch  // by whom
	redirected bool   // to the address that a redirect of this scenario leads to
	query      string // as it came, without that mark
	text       string // the same without session and source: what is asked for
	classic    bool   // it is for the classic stream
}

// mark is the parameter that is at an address where a redirect led to.
const mark = "redirected"

// isAsk tells whether a query asks for a scenario, rather than for the classic stream.
func isAsk(raw string) bool {
	for name := range parameters(raw) {
		if name == "scenario" || name == "script" {
			return true
		}
	}
	return false
}

// parseAsk reads the query, or says what to change.
func parseAsk(raw string, limits Limits) (*ask, *refusal) {
	query, refused := parseQuery(raw, limits, knownToScenario)
	if refused != nil {
		return nil, refused
	}
	a := &ask{query: without(raw, mark), text: without(raw, mark, "session", "source")}
	name, byName := query["scenario"]
	script, byText := query["script"]
	if byName && byText {
		return nil, newRefusal(http.StatusBadRequest, "scenario and script exclude each other: give one of them.")
	}
	if byName {
		found, ok := findScenario(name)
		if !ok {
			return nil, newRefusal(http.StatusNotFound,
				"There is no scenario %s: leave scenario out for the classic stream. All that there are is at /scenarios.", quote(name))
		}
		a.scenario = found
	}
	for _, name := range knownToClassic {
		if _, ok := query[name]; ok {
			return nil, newRefusal(http.StatusBadRequest, "%s is for the classic stream only: leave it out, since a scenario says everything by itself.", name)
		}
	}
	if a.watch, refused = parseWatch(query); refused != nil {
		return nil, refused
	}
	if s, ok := query[mark]; ok {
		if s != "1" {
			return nil, bad(mark, s, "1, or leave it to the server, which adds it where a redirect leads")
		}
		a.redirected = true
	}
	if byText {
		a.scenario, refused = scripts.get(script, parseScript)
	}
	return a, refused
}

// parseScript reads a text that came in the URL: as it is, or behind a tilde as base64url of raw deflate.
func parseScript(script string) (*scenario.Scenario, *refusal) {
	text := script
	if packed, ok := strings.CutPrefix(script, "~"); ok {
		var err error
		if text, err = unpack(packed, scenario.DefaultLimits.Text); err != nil {
			return nil, newRefusal(http.StatusBadRequest, "script=~… can't be unpacked, since %v: give base64url of raw deflate, or the text itself.", err)
		}
	}
	s, err := scenario.Parse(text, scenario.DefaultLimits)
	if mistakes, ok := errors.AsType[scenario.Errors](err); ok {
		return nil, newRefusal(http.StatusBadRequest, "%s", enumerate(mistakes))
	}
	return s, nil
}

// unpack decompresses at most so many bytes, and one more that tells that it is too much.
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

// without is a query without the parameters of those names. What is left is as it was.
func without(raw string, names ...string) string {
	for name := range parameters(raw) {
		if slices.Contains(names, name) {
			return cut(raw, names)
		}
	}
	return raw
}

func cut(raw string, names []string) string {
	parts := slices.DeleteFunc(strings.Split(raw, "&"), func(part string) bool {
		name, _, _ := strings.Cut(part, "=")
		name, err := url.QueryUnescape(name)
		return err == nil && slices.Contains(names, name)
	})
	return strings.Join(parts, "&")
}
