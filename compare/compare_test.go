package compare

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"eventsource-playground/eventsource"
	"eventsource-playground/language"
	"eventsource-playground/protocol"
	"eventsource-playground/scenario/library"
	"eventsource-playground/trace"
)

var english = language.Voice{Language: language.English}

func TestRowsAreFitToPlay(t *testing.T) {
	const together = 5 // a browser has six connections for a server, and one is for the page
	for i, row := range Rows {
		if Find(row.Name) != Rows[i] || row.About == "" || row.Title == "" {
			t.Errorf("%s: got another row of that name, or one without a title or an explanation", row.Name)
		}
		requests := 0
		for _, part := range row.Parts {
			if !part.With {
				requests = 0
			}
			for _, play := range part.Plays {
				if _, ok := library.Find(play.Scenario); !ok {
					t.Errorf("%s: there is no scenario %q", row.Name, play.Scenario)
				}
				if play.Client != trace.WebSocket {
					requests++
				}
			}
			if requests > together {
				t.Errorf("%s: got %d requests at once; want %d at most", row.Name, requests, together)
			}
			if part.Over == nil && part.Do == Watch && part.Most > 12_000 {
				t.Errorf("%s: nothing ends %q before %v ms", row.Name, part.Title, part.Most)
			}
		}
	}
}

func TestEveryTextIsInBothLanguages(t *testing.T) {
	file, err := os.ReadFile("zh.json")
	if err != nil {
		t.Fatal(err)
	}
	var zh map[string]string
	if err := json.Unmarshal(file, &zh); err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{"": true}
	placeholder := regexp.MustCompile(`\{\w+\}`)
	names := strings.NewReplacer("readyState", "", "EventSource", "", "Base64", "", "Upgrade: ", "", "p50", "", "p99", "")
	said := func(text string) {
		if used[text] {
			return
		}
		used[text] = true
		want, got := placeholder.FindAllString(text, -1), placeholder.FindAllString(zh[text], -1)
		slices.Sort(want)
		slices.Sort(got)
		words := strings.ContainsFunc(names.Replace(placeholder.ReplaceAllString(text, "")), unicode.IsLower)
		if !slices.Equal(got, want) || words && !strings.ContainsFunc(zh[text], func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			t.Errorf("got %q for %q; want Chinese with the same figures", zh[text], text)
		}
	}
	for _, row := range Rows {
		said(row.Title)
		said(row.About)
		for _, part := range row.Parts {
			if part.Title != "EventSource" && part.Title != "WebSocket" {
				said(part.Title)
			}
		}
		for _, lines := range append(row.cells[:], row.notes) {
			for _, l := range lines {
				said(l.text)
			}
		}
	}
	said(refused[0].text)
	for text := range zh {
		if !used[text] {
			t.Errorf("%q is in zh.json, but nobody says it", text)
		}
	}
}

func TestALineIsSaidWhereItsFiguresAreThere(t *testing.T) {
	f := Figures{"es_backMs": 3012.0, "es_said": "17", "es_missed": 0.0, "ws_aroundBytes": 1234.0, "es_wireMiB": 1.337, "go_p50Ms": 0.64, "es_refused": "this browser has no EventSource"}
	for _, test := range []struct{ name, text, client, want string }{
		{"a time", "back after {backMs}", "es", "back after 3.01\u00A0s"},
		{"a short time has a decimal place", "{p50Ms}", "go", "0.6\u00A0ms"},
		{"bytes", "{aroundBytes}", "ws", "1\u202F234\u00A0B"},
		{"megabytes", "{wireMiB}", "es", "1.34\u00A0MiB"},
		{"a text, and a number", "{said}: {missed}", "es", "17: 0"},
		{"another client's figure, by its whole name", "{es_said}", "ws", "17"},
		{"a sentence may be broken", "not possible here: {refused}", "es", "not possible here: this browser has no EventSource"},
		{"a figure that was not measured leaves nothing", "{said}", "ws", ""},
		{"no figure at all", "never", "ws", "never"},
	} {
		if got, _ := f.fill(test.text, test.client+"_", english); got != test.want {
			t.Errorf("%s: got %q; want %q", test.name, got, test.want)
		}
	}
	for condition, want := range map[string]bool{
		"": true, "es_backMs": true, "!es_backMs": false, "es_missed": false, "!es_missed": true, "es_none": false, "!es_none": true, "es_backMs !es_missed": true, "es_backMs es_missed": false,
	} {
		if got := f.holds(condition, ""); got != want {
			t.Errorf("%q: got %v; want %v", condition, got, want)
		}
	}
	if !f.holds("backMs !missed", "es_") || f.holds("!backMs", "es_") {
		t.Error("got a client's own figures wrong")
	}
}

// play makes a part of one play, with its log.
func play(row string, client trace.ClientKind, scenario string) (*Run, *Played, *trace.Source) {
	p := &Played{Part: &Part{Plays: []Play{{Client: client, Scenario: scenario}}}, Log: trace.NewLogAfter(500), Began: 0, Ended: 10_000, Extras: make([]Extra, 1)}
	s := p.Log.Construct(0, trace.Client{Kind: client}, "/sse", false)
	p.First = []*trace.Source{s}
	s.Listen([]string{"message"})
	return &Run{Row: Find(row), Parts: []*Played{p}}, p, s
}

func own(kind eventsource.Kind, at float64, state eventsource.ReadyState) eventsource.Events {
	return eventsource.Decoded(eventsource.Event{Kind: kind, TimeStamp: at, ReadyState: state})
}

func message(at float64, data, id string) eventsource.Events {
	return eventsource.Decoded(eventsource.Event{Kind: eventsource.Message, TimeStamp: at, ReadyState: eventsource.Open, Type: "message", Data: data, LastEventID: id})
}

func closed(at float64, code int, clean bool) eventsource.Events {
	return eventsource.Decoded(eventsource.Event{Kind: eventsource.Ended, TimeStamp: at, ReadyState: eventsource.Closed, Err: &eventsource.CloseEvent{Code: code, WasClean: clean, Returns: -1}})
}

// serve has a log hear from the server, whose clock is the page's.
func serve(p *Played, seen ...protocol.Seen) {
	for _, one := range seen {
		one.Source, one.Attempt = 501, max(1, one.Attempt)
		p.Log.Serve(one, 0)
	}
}

func request(attempt int, lastEventID string) protocol.Seen {
	r := protocol.Seen{Kind: protocol.SeenRequest, Attempt: attempt, Method: "GET", Target: "/sse?scenario=x", Proto: "HTTP/1.1", Wire: 500}
	if lastEventID != "" {
		r.Header = []protocol.Header{{Name: "Last-Event-ID", Value: lastEventID}}
	}
	return r
}

func head(status int) protocol.Seen {
	return protocol.Seen{Kind: protocol.SeenHead, Status: status, Wire: 200, Header: []protocol.Header{{Name: "Content-Type", Value: "text/event-stream"}}}
}

func write(at float64, text string) protocol.Seen {
	return protocol.Seen{Kind: protocol.SeenWrite, At: at, Bytes: []byte(text), Size: len(text), Wire: len(text) + 6}
}

func TestWhatIsMeasured(t *testing.T) {
	for _, test := range []struct {
		name string
		run  func() *Run
		want Figures
	}{
		{"over what: the request, the response and their bytes", func() *Run {
			r, p, _ := play("over", es, "named-events")
			serve(p, request(1, ""), head(200))
			return r
		}, Figures{"es_request": "GET /sse", "es_status": 200.0, "es_protocol": "HTTP/1.1", "es_requestBytes": 500.0, "es_responseBytes": 200.0, "es_type": "text/event-stream", "unseen": nil}},
		{"heads whose bytes nobody can say have no figure", func() *Run {
			r, p, _ := play("over", es, "named-events")
			over2 := request(1, "")
			over2.Proto, over2.Wire = "HTTP/2", 0
			serve(p, over2, head(200))
			return r
		}, Figures{"http2": 1.0, "es_requestBytes": nil}},
		{"the bytes around an event's data, those of its chunk too", func() *Run {
			r, p, _ := play("cost", es, "event-cost")
			serve(p, request(1, ""), head(200), write(1, ":\n"), write(2, "data: 0123456789\n\n"), write(3, "data: "+strings.Repeat("x", 100)+"\n\n"), write(4, "data: 0123456789\n\n"), write(5, "data: 0123456789\n\n"))
			return r
		}, Figures{"es_around10Bytes": 14.0, "es_around100Bytes": 14.0, "es_around1000Bytes": nil}},
		{"compressed, all of it", func() *Run {
			r, p, _ := play("cost", es, "event-cost-gzip")
			packed := write(2, "data: "+strings.Repeat("x", 100)+"\n\n")
			packed.Packed, packed.Wire = 20, 26
			serve(p, request(1, ""), head(200), packed)
			return r
		}, Figures{"es_packed100Bytes": 26.0, "es_around100Bytes": nil}},
		{"latency from the write to the listener", func() *Run {
			r, p, s := play("latency", es, "hundred-a-second")
			serve(p, request(1, ""), head(200), write(10, "data: a\n\n"), write(20, "data: b\n\n"))
			s.Observe(own(eventsource.Opened, 9, eventsource.Open))
			s.Observe(message(11, "a", ""))
			s.Observe(message(25, "b", ""))
			return r
		}, Figures{"es_events": 2.0, "es_p50Ms": 1.0, "es_p99Ms": 5.0}},
		{"no latency where an event is missing", func() *Run {
			r, p, s := play("latency", es, "hundred-a-second")
			serve(p, request(1, ""), head(200), write(10, "data: a\n\n"), write(20, "data: b\n\n"))
			s.Observe(message(11, "a", ""))
			return r
		}, Figures{"es_p50Ms": nil}},
		{"an EventSource that is back, and its states until the page closed it", func() *Run {
			r, _, s := play("cut", es, "cut")
			s.Observe(own(eventsource.Opened, 10, eventsource.Open))
			s.Observe(own(eventsource.Failed, 1000, eventsource.Connecting))
			s.Observe(own(eventsource.Opened, 4010, eventsource.Open))
			s.Close(5000)
			return r
		}, Figures{"es_backMs": 3010.0, "es_states": "0 → 1 → 0 → 1", "es_code": nil}},
		{"a WebSocket that is never back", func() *Run {
			r, _, s := play("cut", ws, "cut")
			s.Observe(own(eventsource.Opened, 10, eventsource.Open))
			s.Observe(closed(1000, 1006, false))
			return r
		}, Figures{"ws_backMs": nil, "ws_code": 1006.0, "ws_clean": nil, "ws_states": "0 → 1 → 3"}},
		{"an end with a close frame", func() *Run {
			r, _, s := play("cut", ws, "end")
			s.Observe(own(eventsource.Opened, 10, eventsource.Open))
			s.Observe(closed(1000, 1000, true))
			return r
		}, Figures{"ws_endcode": 1000.0, "ws_endclean": 1.0}},
		{"what was missed, what came twice, and what the client said that it had", func() *Run {
			r, p, s := play("missed", es, "forty-events")
			s.Observe(own(eventsource.Opened, 1, eventsource.Open))
			for _, data := range []string{"1", "2", "2"} {
				s.Observe(message(2, data, data))
			}
			serve(p, request(1, ""), head(200), request(2, "17"))
			return r
		}, Figures{"es_missed": 38.0, "es_twice": 1.0, "es_said": "17"}},
		{"streams of which the next one waits", func() *Run {
			r, p, _ := play("streams", es, "mute")
			p.Extras[0] = Extra{Opened: 6}
			return r
		}, Figures{"es_opened": 6.0, "es_next": 7.0, "es_waits": 1.0, "es_fails": nil, "es_quota": nil}},
		{"streams of which the next one fails", func() *Run {
			r, p, _ := play("streams", ws, "mute")
			p.Extras[0] = Extra{Opened: 254, Failed: true}
			return r
		}, Figures{"ws_fails": 1.0, "ws_quota": nil, "ws_waits": nil}},
		{"a server that lets no more in is no browser's limit", func() *Run {
			r, p, _ := play("streams", ws, "mute")
			p.Extras[0] = Extra{Opened: 300, Failed: true}
			serve(p, request(1, ""), head(503))
			return r
		}, Figures{"ws_quota": 1.0, "ws_fails": nil}},
		{"a proxy's close, noticed after the last event", func() *Run {
			r, _, s := play("idle", es, "proxy-ten-seconds")
			s.Observe(own(eventsource.Opened, 10, eventsource.Open))
			s.Observe(message(12, "a", ""))
			s.Observe(own(eventsource.Failed, 10_012, eventsource.Connecting))
			s.Observe(own(eventsource.Opened, 10_512, eventsource.Open))
			s.Close(11_000)
			return r
		}, Figures{"es_noticedMs": 10_000.0, "es_backMs": 500.0}},
		{"a heartbeat keeps it, until the page closes it", func() *Run {
			r, p, s := play("idle", ws, "proxy-ten-seconds-heartbeat")
			p.Part.With = true
			s.Observe(own(eventsource.Opened, 10, eventsource.Open))
			s.Close(10_000)
			s.Observe(closed(10_001, 1000, true))
			return r
		}, Figures{"ws_keptMs": 10_000.0, "ws_noticedMs": nil, "ws_code": nil}},
		{"a sender that could not write while the page stood still", func() *Run {
			r, p, _ := play("slow", es, "flood")
			p.Extras[0].Blocked = [2]float64{100, 1100}
			big := write(90, "x")
			big.Wire = mebi
			after := write(1200, "x")
			serve(p, request(1, ""), head(200), big, after)
			return r
		}, Figures{"es_blockedMs": 1000.0, "es_queuedMiB": 1.0, "es_heldMs": 1000.0}},
		{"a sender that got rid of everything learned nothing", func() *Run {
			r, p, _ := play("slow", es, "flood")
			p.Extras[0].Blocked = [2]float64{100, 1100}
			big := write(150, "x")
			big.Wire = 32 * mebi
			serve(p, request(1, ""), head(200), big)
			return r
		}, Figures{"es_queuedMiB": 32.0, "es_heldMs": nil}},
		{"a client that could not be made says why", func() *Run {
			r, p, _ := play("missed", es, "forty-events")
			p.First[0], p.Extras[0].Refused = nil, "no EventSource"
			return r
		}, Figures{"es_refused": "no EventSource", "es_missed": nil}},
		{"nothing of the server's side", func() *Run {
			r, _, _ := play("slow", es, "flood")
			return r
		}, Figures{"unseen": 1.0}},
	} {
		got := test.run().Measure()
		for name, want := range test.want {
			if got[name] != want {
				t.Errorf("%s: got %s %v; want %v", test.name, name, got[name], want)
			}
		}
	}
}

func TestTheTableAsMarkdown(t *testing.T) {
	got := Markdown(map[string]Figures{"cut": {"es_backMs": 3012.0, "es_states": "0 → 1", "ws_code": 1006.0}}, english)
	want := "| | EventSource | fetch, Go engine | WebSocket |\n| --- | --- | --- | --- |\n" +
		"| **The connection is lost** | **back after 3.01\u00A0s**<br>by itself, no line of code<br>readyState 0\u00A0→\u00A01 | **never back** | **never back**<br>close event, code 1006 |\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
