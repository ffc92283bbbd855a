package trace

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"eventsource-playground/eventsource"
)

func TestExportedLines(t *testing.T) {
	const text = "\u2028 \u2029 😀 </script><!-- \" \\ \t\nline two \x01 é\u0000"
	l := newSingle()
	l.Construct(1000.1, "http://host/sse?a=1&b=<2>", true)
	l.Observe(eventsource.Decoded(open(1010.2), message(1020.3, "añ,b", "id "+text, text), message(1021, "error", "", "")))
	l.Observe(eventsource.Decoded(failed(1030.4, connecting)))
	l.Close(1040.5)

	null := any(nil)
	want := []map[string]any{
		{"t": 0., "observer": "page", "kind": "construct", "readyState": 0., "type": null, "data": null, "lastEventId": null,
			"url": "http://host/sse?a=1&b=<2>", "withCredentials": true, "client": "EventSource", "source": 1., "timeStamp": 1000.1},
		{"t": 10.1, "observer": "page", "kind": "open", "readyState": 1., "type": "open", "data": null, "lastEventId": null,
			"client": "EventSource", "source": 1., "timeStamp": 1010.2},
		{"t": 20.2, "observer": "page", "kind": "message", "readyState": 1., "type": "añ,b", "data": text, "lastEventId": "id " + text,
			"origin": "http://host", "client": "EventSource", "source": 1., "timeStamp": 1020.3},
		{"t": 20.9, "observer": "page", "kind": "message", "readyState": 1., "type": "error", "data": "", "lastEventId": "",
			"origin": "http://host", "client": "EventSource", "source": 1., "timeStamp": 1021.},
		{"t": 30.3, "observer": "page", "kind": "error", "readyState": 0., "type": "error", "data": null, "lastEventId": null,
			"client": "EventSource", "source": 1., "timeStamp": 1030.4},
		{"t": 40.4, "observer": "page", "kind": "close", "readyState": 2., "type": null, "data": null, "lastEventId": null,
			"client": "EventSource", "source": 1., "timeStamp": 1040.5},
	}

	var exported []byte
	for _, r := range l.Records(0, l.End()) {
		exported = r.AppendJSON(exported)
	}
	lines := strings.Split(strings.TrimSuffix(string(exported), "\n"), "\n")
	if len(lines) != len(want) {
		t.Fatalf("got %d lines; want %d:\n%s", len(lines), len(want), exported)
	}
	for i, line := range lines {
		var got map[string]any
		if err := json.Unmarshal([]byte(line), &got); err != nil {
			t.Errorf("line %d: %v: %s", i, err, line)
		}
		if !maps.Equal(got, want[i]) {
			t.Errorf("line %d:\ngot  %v\nwant %v", i, got, want[i])
		}
		if strings.ContainsAny(line, "\u2028\u2029") || strings.Contains(line, "</script") {
			t.Errorf("line %d: got %s; want what breaks a line or a script element escaped", i, line)
		}
	}
}

func TestExportedLinesHaveOneShape(t *testing.T) {
	for _, kind := range []Kind{Construct, Open, Message, Error, Close} {
		decoder := json.NewDecoder(strings.NewReader(string(Record{Kind: kind}.AppendJSON(nil))))
		var names []string
		if _, err := decoder.Token(); err != nil {
			t.Fatal(err)
		}
		for decoder.More() {
			name, err := decoder.Token()
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, name.(string))
			if _, err := decoder.Token(); err != nil {
				t.Fatal(err)
			}
		}
		want := []string{"t", "observer", "kind", "readyState", "type", "data", "lastEventId"}
		if !slices.Equal(names[:min(len(names), len(want))], want) {
			t.Errorf("%s: got members %q; want them to begin with %q", kind, names, want)
		}
	}
}

func TestExportAppends(t *testing.T) {
	if got := string(Record{}.AppendJSON([]byte("before\n"))); !strings.HasPrefix(got, "before\n{") || strings.Count(got, "\n") != 2 {
		t.Errorf("got %q; want one line after what was there", got)
	}
}
