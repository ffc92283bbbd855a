package e2e

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/mccutchen/go-httpbin/v2/httpbin"

	"eventsource-playground/e2e/browser"
	"eventsource-playground/e2e/playground"
	"eventsource-playground/e2e/rawserver"
)

func TestTheClassicStreamRunsToItsEndAndA204StopsIt(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := visit(t, b, "/sse?count=3&interval=50&retry=700", "customEvent")
		p.state("none")
		p.ClickButton("Connect")
		p.state("closed")
		records := p.records()
		wantKinds(t, records, "construct 0", "open 1", "customEvent", "customEvent", "customEvent", "error 0", "error 2")
		if got := records[4].LastEventID; got != "2" {
			t.Errorf("got lastEventId %q of the last event; want 2", got)
		}
		if waited := records[6].T - records[5].T; waited < 700 {
			t.Errorf("got %v ms between the errors; want at least the 700 of retry", waited)
		}
		p.Wait(`role("region", "What just happened").innerText.includes("The browser gave up")`)
		p.Wait(`/waited (7|8|9)\d\d ms|waited 1\.\d\d s/.test(role("region", "What just happened").innerText)`)
	})
}

// wantKinds compares kinds and states, and of messages the types.
func wantKinds(t *testing.T, records []record, want ...string) {
	t.Helper()
	var got []string
	for _, s := range story(records) {
		if strings.HasPrefix(s, "customEvent") {
			s = "customEvent"
		}
		got = append(got, s)
	}
	if strings.Join(got, ", ") != strings.Join(want, ", ") {
		t.Fatalf("got %s; want %s", strings.Join(got, ", "), strings.Join(want, ", "))
	}
}

func TestAReconnectCarriesTheLastEventIDAndItsWaitIsMeasured(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		raw := rawserver.Start(t)
		p := visit(t, b, raw.RawURL("again",
			[]rawserver.Step{{Write: rawserver.Head + "retry: 600\nid: seven\ndata: one\n\n"}, {SleepMS: 50}, {Fin: true}},
			[]rawserver.Step{{Write: rawserver.Head + "data: two\n\n"}}))
		p.ClickButton("Connect")
		p.table("two")
		records := p.records()
		wantStory(t, records, "construct 0", "open 1", "message one", "error 0", "open 1", "message two")
		if got := records[5].LastEventID; got != "seven" {
			t.Errorf("got lastEventId %q of an event without an id; want the last one seen, seven", got)
		}
		requests := raw.Requests("again", 2, 0)
		if got := requests[1].Header["last-event-id"]; got != "seven" {
			t.Errorf("got Last-Event-ID %q; want seven", got)
		}
		if _, sent := requests[0].Header["last-event-id"]; sent {
			t.Error("got a Last-Event-ID in the first request; want none")
		}
		p.Wait(`/(6|7|8|9)\d\d ms/.test([...document.querySelectorAll(".figures li")].find(li => li.innerText.includes("last wait")).innerText)`)
		p.Wait(`role("region", "Timeline").querySelectorAll(".mark.error").length == 1`)
	})
}

// The page's own server, because Firefox gives up at once when it can't reach another origin (error with readyState 2).
func TestAServerThatRefusesAtFirstIsFoundWhenItComes(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		server := playground.Start(t)
		p := visitAt(t, b, server.URL, "url=/sse?interval=50&listen=customEvent")
		if err := server.Stop(); err != nil {
			t.Fatal(err)
		}
		p.ClickButton("Connect")
		p.Wait(`role("region", "What just happened").innerText.includes("will try again by itself")`)
		p.state("connecting")
		playground.Start(t, "-addr", strings.TrimPrefix(server.URL, "http://"))
		p.state("open")
		p.table("customEvent")
		s := story(p.records())
		if s[1] != "error 0" || s[2] == "open 1" && len(s) < 4 {
			t.Errorf("got %q; want construct, error 0 …, open 1, customEvent …", s)
		}
	})
}

func TestCloseWhileConnectingFiresNothing(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		raw := rawserver.Start(t)
		p := visit(t, b, raw.RawURL("silent", []rawserver.Step{{Wait: true}, {Write: rawserver.Head + "data: too late\n\n"}}))
		p.ClickButton("Connect")
		raw.Requests("silent", 1, 0)
		p.ClickButton("Close")
		p.state("closed")
		raw.Requests("silent", 1, 1) // the browser has left
		wantStory(t, p.records(), "construct 0", "close 2")
	})
}

func TestAResetInTheMiddleOfAnEventDiscardsIt(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		raw := rawserver.Start(t)
		p := visit(t, b, raw.RawURL("half",
			[]rawserver.Step{{Write: rawserver.ChunkedHead + rawserver.Chunk("retry: 100\nid: 1\ndata: whole\n\n") + rawserver.Chunk("id: 2\ndata: half")}, {SleepMS: 100}, {Reset: true}},
			[]rawserver.Step{{Write: rawserver.Head + "data: after\n\n"}}))
		p.ClickButton("Connect")
		p.table("after")
		wantStory(t, p.records(), "construct 0", "open 1", "message whole", "error 0", "open 1", "message after")
		if got := raw.Requests("half", 2, 0)[1].Header["last-event-id"]; got != "1" {
			t.Errorf("got Last-Event-ID %q; want 1: the half event's id is discarded with it", got)
		}
	})
}

// Through go-app's own service worker Firefox cuts a stream after 30 s, and Chromium makes CLOSED of a reset. The worker
// controls the page from the second load on.
func TestTheServiceWorkerLeavesA40SecondStreamAlone(t *testing.T) {
	t.Parallel()
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := visit(t, b, "/sse?count=45&interval=1000", "customEvent")
		p.Eval(`navigator.serviceWorker.ready.then(() => true)`, nil)
		p.Reload()
		p.ready()
		p.Wait(`navigator.serviceWorker.controller != null`)
		p.ClickButton("Connect")
		p.WaitFor(70*time.Second, `$(".figures").innerText.includes("41\nevents")`)
		records := p.records()
		if len(records) < 43 {
			t.Fatalf("got %d records; want construct, open and at least 41 events", len(records))
		}
		for i, r := range records[2:] {
			if r.Kind != "message" {
				t.Fatalf("got %s as record %d; want 41 events without an interruption", r.Kind, i+2)
			}
		}
		if lasted := records[42].T - records[1].T; lasted < 40_000 {
			t.Errorf("got %v ms of stream; want 40 s", lasted)
		}
	})
}

func TestWhatTheStreamNamesLikeTheBrowsersOwnIsToldApart(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		raw := rawserver.Start(t)
		p := visit(t, b, raw.RawURL("names", []rawserver.Step{{Write: rawserver.Head +
			"event: error\ndata: of the server\n\nevent: open\ndata: too\n\nevent: message\ndata: and this\n\n"}}))
		p.ClickButton("Connect")
		p.table("and this")
		records := p.records()
		wantStory(t, records, "construct 0", "open 1", "error of the server", "open too", "message and this")
		if got := records[2].ReadyState; got != 1 {
			t.Errorf("got readyState %d at a server's error; want 1", got)
		}
		p.Wait(`role("region", "What just happened").innerText.includes("It is not the browser's own error event")`)
	})
}

func TestWhatAStreamSendsIsShownAsText(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		raw := rawserver.Start(t)
		const data = "<img src=x onerror=alert(1)></script>\U0001F427\u2028“quoted” & \x01"
		const name = `"><b onclick=x>`
		p := visit(t, b, raw.RawURL("text", []rawserver.Step{{Write: rawserver.Head + "event: " + name + "\nid: <i>\ndata: " + data + "\n\n"}}))
		p.Fill("Listener name", name)
		p.Press("Enter")
		p.ClickButton("Connect")
		p.table("<img src=x onerror=alert(1)></script>\U0001F427[LSEP]“quoted” & ␁") // what can't be seen is named
		p.table(name)
		records := p.records()
		if got := records[len(records)-1]; got.Data != data || got.Type != name || got.LastEventID != "<i>" {
			t.Errorf("got %q, %q, %q; want what was sent", got.Type, got.Data, got.LastEventID)
		}
		var foreign int
		p.Eval(`document.querySelectorAll("#rows img, #rows b, #moving b, #moving i, .facts i, .chips b").length`, &foreign)
		if foreign != 0 {
			t.Errorf("got %d elements made of what the stream sent; want none", foreign)
		}
	})
}

// The observer does not disturb: a bare script's listeners on the very same object see the same, at the same time; and
// a bare script's own EventSource beside ours tells the same story.
func TestTheObserverDoesNotDisturb(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		raw := rawserver.Start(t)
		script := [][]rawserver.Step{
			{{Write: rawserver.Head + "retry: 300\nid: 1\ndata: a\n\ndata: b\n\n"}, {SleepMS: 80}, {Write: "event: tick\nid: 2\ndata: c\n\n"}, {SleepMS: 80}, {Reset: true}},
			{{Write: rawserver.Head + "data: d\n\nevent: error\ndata: e\n\n"}, {SleepMS: 80}, {Fin: true}},
			{{Write: "HTTP/1.1 204 No Content\r\nAccess-Control-Allow-Origin: *\r\n\r\n"}},
		}
		p := visit(t, b, raw.RawURL("ours", script...), "tick")
		p.Eval(`(() => {
			window.watch = (es, log) => {
				for (const type of ["open", "error", "message", "tick"])
					es.addEventListener(type, e => log.push([type, es.readyState, e.timeStamp, e.data ?? "", e.lastEventId ?? ""]));
				return es;
			};
			window.same = [];
			window.beside = [];
			const Native = EventSource;
			window.EventSource = function (...args) { return watch(new Native(...args), same); };
			watch(new Native(`+quote(raw.RawURL("bare", script...))+`), beside);
		})()`, nil)
		p.ClickButton("Connect")
		p.state("closed")
		p.Wait(`beside.length > 1 && beside.at(-1)[1] == 2`)
		var same, beside [][]any
		p.Eval(`same`, &same)
		p.Eval(`beside`, &beside)
		records := p.records()[1:] // without construct, which a listener does not see
		if len(same) != len(records) || len(beside) != len(records) {
			t.Fatalf("got %d records; want %d as a bare listener, and %d as a bare EventSource", len(records), len(same), len(beside))
		}
		for i, r := range records {
			if got := r.TimeStamp; got != same[i][2] {
				t.Errorf("record %d: got timeStamp %v; want the event's own, %v", i, got, same[i][2])
			}
			for name, bare := range map[string][]any{"listener": same[i], "EventSource": beside[i]} {
				if r.Type != bare[0] || float64(r.ReadyState) != bare[1] || r.Data != bare[3] || r.LastEventID != bare[4] {
					t.Errorf("record %d: got %+v; want as a bare %s saw it, %v", i, r, name, bare)
				}
			}
		}
	})
}

// go-httpbin names every event ping.
func TestAStreamOfNamedEventsSaysThatAListenerMayBeMissing(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		server := httptest.NewServer(httpbin.New())
		t.Cleanup(server.Close)
		p := visit(t, b, server.URL+"/sse?count=10&duration=10s&delay=0s")
		p.ClickButton("Connect")
		p.state("open")
		p.Wait(`role("region", "What just happened").innerText.includes("have a type without a listener here")`)
		p.Fill("Listener name", "ping")
		p.Press("Enter")
		p.table("ping")
		p.Wait(`role("button", "Remove listener ping") && !role("region", "What just happened").innerText.includes("have a type without a listener here")`)
		p.ClickButton("Close")
		p.state("closed")
	})
}
