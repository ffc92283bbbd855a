package main

import (
	"slices"
	"strconv"
	"testing"

	"eventsource-playground/eventsource"
	"eventsource-playground/trace"
)

func TestAPathFindsTextInJSON(t *testing.T) {
	for _, test := range []struct {
		name, data, path, want string
		ok                     bool
	}{
		{"members and elements", `{"choices":[{"delta":{"content":"Hi"}}]}`, "choices[0].delta.content", "Hi", true},
		{"with dots only", `{"choices":[{"delta":{"content":"Hi"}}]}`, "choices.0.delta.content", "Hi", true},
		{"a number", `{"n":1.5}`, "n", "1.5", true},
		{"the data as they are", `not JSON`, "$", "not JSON", true},
		{"no such member", `{"a":1}`, "b", "", false},
		{"no such element", `[1]`, "[1]", "", false},
		{"a negative element", `[1]`, "[-1]", "", false},
		{"into a string", `{"a":"b"}`, "a.b", "", false},
		{"an object is no text", `{"a":{}}`, "a", "", false},
		{"no JSON", `[DONE]`, "a", "", false},
		{"null", `{"a":null}`, "a", "", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got, ok := textAt(test.data, test.path); got != test.want || ok != test.ok {
				t.Errorf("got %q, %v; want %q, %v", got, ok, test.want, test.ok)
			}
		})
	}
}

func TestThePathIsSuggestedWhoseTextChanges(t *testing.T) {
	data := []string{}
	for i := range 5 {
		data = append(data, `{"id":"x","model":"m","choices":[{"delta":{"content":"`+strconv.Itoa(i)+`"}}]}`)
	}
	if got := suggest(append(data, "[DONE]")); got[0] != "choices[0].delta.content" {
		t.Errorf("got %q; want the content first", got)
	}
	if got := suggest([]string{"a", "b"}); !slices.Equal(got, []string{"$"}) {
		t.Errorf("got %q; want the data as they are", got)
	}
	if got := suggest(nil); len(got) != 0 {
		t.Errorf("got %q; want none", got)
	}
}

func TestPiecesAreJoinedInTheirOrder(t *testing.T) {
	log := trace.NewLog()
	s := log.Construct(0, trace.Client{}, "/", false)
	message := func(data string) {
		s.Observe(eventsource.Decoded(eventsource.Event{Kind: eventsource.Message, Type: "message", Data: data, ReadyState: eventsource.Open}))
	}
	var j joined
	message(`{"t":"Hel"}`)
	j.take("t", log, s)
	message(`{"t":"lo"}`)
	message(`{"done":true}`)
	if more := j.take("t", log, s); more || j.text.String() != "Hello" || j.pieces != 2 || j.without != 1 {
		t.Errorf("got %q of %d pieces and %d without; want Hello of 2 and 1", j.text.String(), j.pieces, j.without)
	}
	if j.take("done", log, s); j.text.String() != "true" {
		t.Errorf("got %q; want it begun again with another path", j.text.String())
	}
	for range 3 * mostStep {
		message("x")
	}
	if !j.take("$", log, s) {
		t.Error("got all of 6000 records in one go; want steps")
	}
}
