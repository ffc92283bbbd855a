package sse

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
)

// The shared cases are read where they are, never copied; the README beside them says what the fields mean.
const conformanceCases = "../../shared/conformance/cases.json"

func TestConformance(t *testing.T) {
	file, err := os.ReadFile(conformanceCases)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("%s is not there: only the project's own cases ran", conformanceCases)
	}
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		ID, Kind string
		Body     []byte   `json:"body_b64"`
		Chunks   [][]byte // as some client got them once
		Initial  string   `json:"initial_last_event_id"`
		Expect   struct {
			Open             bool
			Events           []Event
			Retry            json.RawMessage // null, a number, or a string above 2^53
			FinalLastEventID string          `json:"final_last_event_id"`
			Comments         []string
		}
	}
	if err := json.Unmarshal(file, &cases); err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, c := range cases {
		if c.Kind != "stream" || !c.Expect.Open { // not open: refused for its status or type before a byte was decoded
			continue
		}
		ran++
		t.Run(c.ID, func(t *testing.T) {
			want := decoded{
				Events:      c.Expect.Events,
				LastEventID: c.Expect.FinalLastEventID,
				Retry:       strings.Trim(strings.TrimPrefix(string(c.Expect.Retry), "null"), `"`),
				Comments:    c.Expect.Comments,
			}
			whole := checkEveryChunking(t, c.Initial, string(c.Body))
			if diff := difference(whole.decoded(), want); diff != "" {
				t.Error(diff)
			}
			if len(c.Chunks) > 0 {
				var chunks []string
				for _, chunk := range c.Chunks {
					chunks = append(chunks, string(chunk))
				}
				checkSame(t, run(NewDecoder(c.Initial, Limits{}), chunks...), whole, chunks)
			}
		})
	}
	t.Logf("%d stream cases", ran)
	if ran == 0 {
		t.Errorf("got no stream case from %s; want some", conformanceCases)
	}
}
