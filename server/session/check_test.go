package session

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"eventsource-playground/protocol"
	"eventsource-playground/scenario"
	"eventsource-playground/server/limits"
)

func TestATextIsChecked(t *testing.T) {
	for _, test := range []struct {
		name, text, want string
	}{
		{
			"a mistake", "title: T\n\n== 200\n@wiat 1s\n",
			`{"id":0,"errors":[{"line":4,"column":1,"what":"@wiat is not a directive: did you mean @wait?"}],"listen":[],"connect":{"secondOrigin":false,"credentials":false,"times":1},"attempts":[]}`,
		},
		{
			"an event, and half of one", "title: T\nlisten: tick\n== 200\nid: 7\nevent: tick\ndata: a\n\ndata: b\n@cut\n",
			`{"id":0,"errors":[],"listen":["tick"],"connect":{"secondOrigin":false,"credentials":false,"times":1},"attempts":[{"status":200,"end":"cut",` +
				`"events":[{"type":"tick","data":"a","lastEventId":"7"}],"more":false}]}`,
		},
		{
			"responses that are no streams", "title: T\n== refuse\n== silence\n== 404\nno\n\n== 200\n@header Content-Type: text/plain\ndata: a\n\n@cut cleanly\n",
			`{"id":0,"errors":[],"listen":[],"connect":{"secondOrigin":false,"credentials":false,"times":1},"attempts":[` +
				`{"status":0,"end":"refuse","events":[],"more":false},` +
				`{"status":0,"end":"silence","events":[],"more":false},` +
				`{"status":404,"end":"end","events":[],"more":false},` +
				`{"status":200,"end":"cut cleanly","events":[],"more":false}]}`,
		},
		{
			"an id that goes on to the next attempt", "title: T\n== 200\nid: 7\ndata: a\n\n@end\n== 200\ndata: {last-event-id} {attempt}\n\n@hold\n",
			`{"id":0,"errors":[],"listen":[],"connect":{"secondOrigin":false,"credentials":false,"times":1},"attempts":[` +
				`{"status":200,"end":"end","events":[{"type":"message","data":"a","lastEventId":"7"}],"more":false},` +
				`{"status":200,"end":"hold","events":[{"type":"message","data":"7 2","lastEventId":"7"}],"more":false}]}`,
		},
		{
			"half a line before the next attempt", "title: T\n== 200\n@raw \"data: a\"\n@hold\n== 200\n\ndata: b\n\n@end\n",
			`{"id":0,"errors":[],"listen":[],"connect":{"secondOrigin":false,"credentials":false,"times":1},"attempts":[` +
				`{"status":200,"end":"hold","events":[],"more":false},` +
				`{"status":200,"end":"end","events":[{"type":"message","data":"b","lastEventId":""}],"more":false}]}`,
		},
		{
			"how to connect", "title: T\nconnect: with credentials, second origin, 3 times\n== 204\n",
			`{"id":0,"errors":[],"listen":[],"connect":{"secondOrigin":true,"credentials":true,"times":3},"attempts":[` +
				`{"status":204,"end":"end","events":[],"more":false}]}`,
		},
		{
			"what a client sends", "method: POST\nheader: X-Name: Ada\nbody: a\n== 401\n== 200 when header X-Name is Bob\ndata: {method} {body} {header X-Name}\n\n== 200 when method is GET\ndata: {method} {header X-Name}\n\n",
			`{"id":0,"errors":[],"listen":[],"connect":{"secondOrigin":false,"credentials":false,"times":1,"engine":true,"method":"POST","headers":[{"name":"X-Name","value":"Ada"}],"body":"a"},"attempts":[` +
				`{"status":401,"end":"end","events":[],"more":false},` +
				`{"status":200,"end":"end","events":[{"type":"message","data":"POST a Bob","lastEventId":""}],"more":false},` +
				`{"status":200,"end":"end","events":[{"type":"message","data":"GET Ada","lastEventId":""}],"more":false}]}`,
		},
		{"nothing", "", `{"id":0,"errors":[{"line":1,"column":1,"what":"…"}],"listen":[],"connect":{"secondOrigin":false,"credentials":false,"times":1},"attempts":[]}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := json.Marshal(check(new(scenario.Work), test.text, &limits.Default))
			if err != nil {
				t.Fatal(err)
			}
			if !like(string(got), test.want) {
				t.Errorf("got\n%s; want\n%s", got, test.want)
			}
		})
	}
}

// like compares two texts; … stands for whatever has no quote in it.
func like(got, want string) bool {
	for part := range strings.SplitSeq(want, "…") {
		rest, ok := strings.CutPrefix(got, part)
		if !ok {
			return false
		}
		if i := strings.IndexByte(rest, '"'); i >= 0 {
			rest = rest[i:]
		}
		got = rest
	}
	return got == ""
}

func TestACheckIsLimited(t *testing.T) {
	long := "title: T\n" + strings.Repeat("== 200\n@repeat 100000\ndata: {n}\n\n@again\n", 32)
	nested := "title: T\n== 200\n@repeat 100000\n@repeat 100000\n@again\n@again\n"
	for name, text := range map[string]string{
		"long streams":       long,
		"nothing, often":     "title: T\n" + strings.Repeat("== 200\n@repeat 100000\n# nothing\n@again\n", 32),
		"repeats in repeats": nested,
		"too many rounds":    strings.Repeat("== 200\n@repeat 1000000000\n@wait 1ms\n@again\n", 32),
		"only waits":         strings.Repeat("== 200\n@repeat 100000\n@wait 1ms\n@again\n", 32),
		"byte by byte":       strings.Repeat("== 200\n@pace byte every 1ms\n@repeat 500\n{last-event-id}{n}\n@again\n", 32),
		"blank lines":        "== 200\n:" + strings.Repeat("\n", 32700),
		"what is expected":   "== 200\n== expect\n@repeat 100000\nopen\n@again\n",
		"many mistakes":      strings.Repeat("@x\n", 8000),
		"a text too long":    "title: T\n== 200\n" + strings.Repeat("data: x\n", 5000),
		"one long line":      "title: T\n== 200\n@raw \"x\" 1000000 times\n",
		"a dark NUL":         "title: \x00\n== 200\n",
		"no sections":        "title: T\n",
	} {
		t.Run(name, func(t *testing.T) {
			var w scenario.Work
			c := check(&w, text, &limits.Default)
			if most := 2*len(text) + 2*limits.Default.CheckSteps; w.Steps() > most {
				t.Errorf("got %d steps; want at most %d", w.Steps(), most)
			}
			b, err := json.Marshal(c)
			if err != nil || len(b) > 4<<20 {
				t.Errorf("got %d bytes, %v; want a message that is not too long", len(b), err)
			}
			if len(c.Errors) > limits.Default.CheckMistakes {
				t.Errorf("got %d mistakes; want at most %d", len(c.Errors), limits.Default.CheckMistakes)
			}
			for _, a := range c.Attempts {
				if len(a.Events) > limits.Default.CheckEvents {
					t.Errorf("got %d events; want at most %d", len(a.Events), limits.Default.CheckEvents)
				}
			}
		})
	}
	if c := check(new(scenario.Work), long, &limits.Default); len(c.Attempts) != 32 || !c.Attempts[0].More {
		t.Errorf("got %s; want 32 attempts, of each the beginning", fmt.Sprint(c.Attempts)[:200])
	}
}

func TestOnlyTheNewestTextOfAChannelWaits(t *testing.T) {
	sessions := New(limits.Default)
	for range limits.Default.Checks {
		sessions.checks <- struct{}{} // others' texts
	}
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	ch := &channel{session: &session{all: sessions}, limits: &sessions.limits, ctx: ctx}
	for id := range 5 {
		ch.check(protocol.FromPage{ID: id, Check: new("")})
	}
	ch.mutex.Lock()
	defer ch.mutex.Unlock()
	if !ch.checking || ch.text == nil || ch.text.ID != 4 {
		t.Errorf("got %+v waiting; want the last text", ch.text)
	}
}

// A page that left needs no preview: nothing of this one is made.
func TestACheckEndsWithItsPage(t *testing.T) {
	ctx, leave := context.WithCancel(t.Context())
	leave()
	w := scenario.Work{Done: ctx.Done()}
	if check(&w, strings.Repeat("== 200\n@repeat 100000\n@wait 1ms\n@again\n", 32), &limits.Default); w.Steps() > 1000 {
		t.Errorf("got %d steps; want it to end at once", w.Steps())
	}
}
