package e2e

import (
	"crypto/rand"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"eventsource-playground/e2e/browser"
	"eventsource-playground/protocol"
	"eventsource-playground/scenario"
	"eventsource-playground/scenario/library"
	"eventsource-playground/sse"
)

// witness is a page of our server without our UI, its scenario's text: a bare script opens the session's WebSocket there
// and then the EventSources, and writes down all that happens.
type witness struct {
	*browser.Page
	t          *testing.T
	usual      time.Duration // that this browser waits before it reconnects, if the stream does not say
	origin     string        // where the stream comes from in the end
	clockError float64       // milliseconds by which the server's clock and the page's may differ
	fetched    int           // of what the script wrote down
	things     []*thing
}

// thing is one that happened, as the page saw it or the server.
type thing struct {
	scenario.Seen
	at     float64 // milliseconds on the page's clock
	source int     // which EventSource, from 1

	request  int // at the server: which of the source's requests, from 1; 0: seen in the page
	answered bool
	ended    bool
	endedAt  float64
}

// script is what runs in the page. log is all that happened, in the order in which the page heard of it.
const script = `(() => {
	const log = [], sources = [];
	let socket, offset = 0, waiting = () => {};
	const note = entry => { log.push(entry); waiting(); };
	const pongs = [];

	// ping returns when it was sent and answered here, and the session's clock in between.
	const ping = () => new Promise(done => {
		const sent = performance.now();
		pongs.push(message => done({ sent, came: performance.now(), now: message.now }));
		socket.send(JSON.stringify({ ping: sent }));
	});

	const listen = (es, source, url, types) => {
		const listener = e => note({
			kind: e instanceof MessageEvent ? "event" : e.type, // a stream can name its events open and error
			source, at: e.timeStamp, readyState: es.readyState, type: e.type, data: e.data, id: e.lastEventId,
			origin: e.origin, stays: es.url == url,
		});
		for (const type of new Set(["open", "error", ...types])) es.addEventListener(type, listener);
	};

	return {
		sources, ping,

		// begin opens the WebSocket, and only then an EventSource for each URL.
		begin: async ({ session, secret, urls, withCredentials, types }) => {
			socket = new WebSocket(location.origin.replace("http", "ws") + "/session?id=" + session + "&after=0");
			socket.onmessage = ({ data }) => {
				const message = JSON.parse(data);
				if ("pong" in message) pongs.shift()(message);
				if (message.dropped) note({ kind: "lost", type: message.dropped + " records" });
				for (const seen of message.seen ?? [])
					if (seen.kind != "write") note({ kind: "server", at: seen.at + offset, seen });
			};
			await new Promise((done, failed) => {
				socket.onopen = done;
				socket.onerror = () => failed(Error("no WebSocket"));
			});
			socket.send(JSON.stringify({ secret }));
			socket.onclose = e => note({ kind: "lost", type: "the connection, with code " + e.code });
			let shortest = Infinity;
			for (let i = 0; i < 5 || i < 15 && shortest > 10; i++) {
				const { sent, came, now } = await ping();
				if (came - sent < shortest) shortest = came - sent, offset = (sent + came) / 2 - now;
			}
			for (const [i, url] of urls.entries()) {
				const es = new EventSource(url, { withCredentials });
				sources.push(es);
				listen(es, i + 1, url, types);
			}
			return shortest;
		},

		// more waits until there is more than so many entries, at most for a time, and returns it.
		more: async (from, ms) => {
			if (log.length <= from) await new Promise(done => {
				const timer = setTimeout(done, ms);
				waiting = () => { clearTimeout(timer); done(); };
			});
			waiting = () => {};
			await new Promise(done => setTimeout(done, 20)); // a burst is fetched at once
			return log.slice(from);
		},
	};
})()`

// witnessed opens a page and begins a scenario in it.
func witnessed(t *testing.T, b *browser.Browser, e library.Entry) *witness {
	t.Helper()
	return witnessedAt(t, b, e, sharedURL(t))
}

// witnessedAt is witnessed at an address of the server.
func witnessedAt(t *testing.T, b *browser.Browser, e library.Entry, server string) *witness {
	t.Helper()
	second := secondOrigin(t, server)
	origin := server
	if e.Connect.SecondOrigin {
		origin = second
	}
	usual := map[string]time.Duration{scenario.Chromium: 3 * time.Second, scenario.Firefox: 5 * time.Second}
	w := &witness{Page: b.NewPage(t), t: t, usual: usual[b.Name], origin: origin}
	for _, section := range e.Sections {
		if section.Head.Redirect == scenario.RedirectSecond {
			w.origin = second
		}
	}
	secret := newSecret()
	session := protocol.SessionID(secret)
	var urls []string
	for n := range e.Connect.Times {
		urls = append(urls, fmt.Sprintf("%s/sse?scenario=%s&session=%s&source=%d", origin, e.Name, session, n+1))
	}
	setup, err := json.Marshal(map[string]any{
		"session": session, "secret": secret, "urls": urls, "withCredentials": e.Connect.Credentials, "types": e.Listen,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Open(server + "/scenarios/" + e.Name + ".txt")
	var roundTrip float64
	w.Eval("(window.witness = "+script+").begin("+string(setup)+")", &roundTrip)
	const coarse = 5 // timers are not exact: in Firefox a clock goes by the millisecond
	w.clockError = roundTrip/2 + coarse
	return w
}

// listen waits for something to happen, at most for a time, and takes it in.
func (w *witness) listen(atMost time.Duration) {
	w.t.Helper()
	var entries []struct {
		Kind           string
		At             float64
		Source         int
		ReadyState     int
		Type, Data, ID string
		Origin         string
		Stays          bool // the EventSource's url, as it was given
		Seen           protocol.Seen
	}
	atMost = max(0, min(atMost, browser.Bound/2))
	w.Eval(fmt.Sprintf("witness.more(%d, %d)", w.fetched, atMost.Milliseconds()), &entries)
	w.fetched += len(entries)
	for _, e := range entries {
		happened := &thing{at: e.At, source: e.Source}
		switch e.Kind {
		case "server":
			w.serve(e.At, e.Seen)
			continue
		case "lost":
			w.t.Fatalf("the session's channel lost %s", e.Type)
		case "open":
			happened.Seen = scenario.Seen{Kind: scenario.Opened}
		case "error":
			happened.Seen = scenario.Seen{Kind: scenario.Failed, ReadyState: e.ReadyState}
		case "event":
			happened.Seen = scenario.Seen{Kind: scenario.Dispatched, Event: sse.Event{Type: e.Type, Data: e.Data, LastEventID: e.ID}}
		}
		switch {
		case e.Kind != "error" && e.ReadyState != 1:
			w.t.Errorf("got readyState %d in %s; want 1", e.ReadyState, brief(happened.Seen))
		case e.Kind == "event" && e.Origin != w.origin:
			w.t.Errorf("got event.origin %q in %s; want %q", e.Origin, brief(happened.Seen), w.origin)
		case !e.Stays:
			w.t.Errorf("got another url in %s; want the one that the EventSource was made with", brief(happened.Seen))
		}
		w.things = append(w.things, happened)
	}
}

// serve takes in what the server saw.
func (w *witness) serve(at float64, seen protocol.Seen) {
	if seen.Kind == protocol.SeenRequest {
		asked := &thing{at: at, source: seen.Source, request: seen.Attempt}
		asked.Seen = scenario.Seen{Kind: scenario.Requested, Redirected: strings.Contains(seen.Target, "redirected=1")}
		for _, h := range seen.Header {
			if h.Name == "Last-Event-ID" {
				asked.LastEventID = h.Value
			}
		}
		w.things = append(w.things, asked)
		return
	}
	asked := w.request(seen.Source, seen.Attempt)
	if asked == nil {
		w.t.Fatalf("the server reports %q of a request that it did not report", seen.Kind)
	}
	switch seen.Kind {
	case protocol.SeenHead:
		asked.answered = true
	case protocol.SeenEnd:
		asked.ended, asked.endedAt = true, at
	}
}

// request is the source's n-th request, if the server reported it.
func (w *witness) request(source, n int) *thing {
	i := slices.IndexFunc(w.things, func(t *thing) bool { return n > 0 && t.source == source && t.request == n })
	if i < 0 {
		return nil
	}
	return w.things[i]
}

// states are the readyStates of all the EventSources, now.
func (w *witness) states() (states []int) {
	w.t.Helper()
	w.Eval("witness.sources.map(es => es.readyState)", &states)
	return states
}

// newSecret is what opens a channel.
func newSecret() string {
	var secret [16]byte
	rand.Read(secret[:])
	return hex.EncodeToString(secret[:])
}

// secondOrigin asks the server for its other address.
func secondOrigin(t *testing.T, server string) string {
	t.Helper()
	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	defer client.CloseIdleConnections()
	response, err := client.Get(server + "/scenarios")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var list struct{ SecondOrigin string }
	if err := json.NewDecoder(response.Body).Decode(&list); err != nil || list.SecondOrigin == "" {
		t.Fatalf("got second origin %q and error %v in /scenarios; want an origin", list.SecondOrigin, err)
	}
	return list.SecondOrigin
}
