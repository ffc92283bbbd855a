package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// subject is a page that observes a stream.
type subject struct {
	address string
	ready   string // JavaScript: a promise
	connect string // JavaScript: begin
	count   string // JavaScript: how many events it has
}

// observing is our page, with a stream. Its log has two records that are no events: the constructor's and open.
func (s *site) observing(stream string) subject {
	return subject{
		address: s.ours + "/?url=" + url.QueryEscape(stream) + "&listen=",
		ready:   drawn,
		connect: `[...document.querySelectorAll("button.primary")].find(b => b.textContent == "Connect").click()`,
		count:   `document.querySelector("#tab-events").textContent.replace(/\D/g, "") - 2`,
	}
}

// observingFive is our page with five EventSources on a stream: HTTP/1.1 allows six.
func (s *site) observingFive(stream string) subject {
	p := s.observing(stream)
	p.address += "&beside=4"
	p.count = `[...document.querySelectorAll(".sources small")].reduce((n, lane) => n + +lane.textContent.replace(/\D/g, ""), 0)`
	return p
}

// drawn is when our page has drawn all that comes after it could connect.
const drawn = `new Promise(done => {
	const check = () => document.querySelectorAll(".choices label").length > 80 && document.querySelector(".lesson") ? setTimeout(done, 500) : setTimeout(check, 50);
	check();
})`

// loaded is when a page without WebAssembly is ready.
const loaded = `new Promise(done => document.readyState == "complete" ? done() : addEventListener("load", () => done()))`

// observingEngine is our page with the Go engine in place of EventSource.
func (s *site) observingEngine(stream string) subject {
	p := s.observing(stream)
	p.address += "&client=go"
	return p
}

// parsing is a page with fetch and npm's eventsource-parser.
func (s *site) parsing(stream string) subject {
	return subject{s.pages + "/parser.html?url=" + url.QueryEscape(stream), loaded, `connect()`, `events.length`}
}

func (s *site) bare(stream string) subject {
	return subject{s.pages + "/bare.html?url=" + url.QueryEscape(stream), loaded, `connect()`, `events.length`}
}

func (s *site) bareFive(stream string) subject {
	return subject{s.pages + "/bare.html?sources=5&url=" + url.QueryEscape(stream), loaded, `connect()`, `events.length`}
}

func (s *site) keeping(stream string) subject {
	return subject{s.pages + "/bare.html?keep&url=" + url.QueryEscape(stream), loaded, `connect()`, `events.length`}
}

func (s *site) innerHTML(stream string) subject {
	return subject{s.pages + "/innerhtml.html?url=" + url.QueryEscape(stream), loaded, `connect()`, `count`}
}

// firehose is a stream of n events as fast as they are taken. It is not our server's, which sends a scenario's 4 MB at most.
func (s *site) firehose(n int) string { return fmt.Sprintf("%s/?n=%d", s.streams, n) }

// scripted is a stream of our own server.
func (s *site) scripted(script string) string {
	return s.ours + "/sse?script=" + url.QueryEscape(script)
}

// taken is how a page took its events, in milliseconds.
type taken struct {
	Took    float64 // until it had them all
	Longest float64 // between two frames
	Task    float64 // the longest that its main thread worked without a pause, if 50 or more
}

// prepare opens a subject in a tab and waits until it can connect.
func (t *tab) prepare(p subject) error {
	if err := t.unwatched(); err != nil {
		return err
	}
	if err := t.open(p.address); err != nil {
		return err
	}
	return t.eval(p.ready, nil)
}

// take connects and waits until the page has n events.
func (t *tab) take(p subject, n int) (r taken, err error) {
	err = t.eval(fmt.Sprintf(`(async () => {
		%s;
		const r = await measure.until(() => %s >= %d);
		return {Took: r.took, Longest: r.longest, Task: r.task};
	})()`, p.connect, p.count, n), &r)
	return r, err
}

// run opens a subject in a new tab, has it take n events, and gives the tab to what is to be done next.
func (s *site) run(p subject, n int, next func(*tab) error) (r taken, err error) {
	t, err := s.chromium.newTab()
	if err != nil {
		return r, err
	}
	defer t.close()
	if err := t.prepare(p); err != nil {
		return r, err
	}
	if r, err = t.take(p, n); err != nil || next == nil {
		return r, err
	}
	return r, next(t)
}

// measureObserver measures how our page observes, beside pages that do as little as possible.
func measureObserver(ctx context.Context, dir string, done func(...row)) error {
	return withSite(ctx, dir, func(s *site) error {
		for _, measure := range []func(*site, func(...row)) error{
			(*site).rates, (*site).frames, (*site).silence, (*site).memory, (*site).timestamps,
		} {
			if err := measure(s, done); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *site) rates(done func(...row)) error {
	const many, few, rounds = 100_000, 5000, 3
	var err error
	run := func(rates *[]float64, p subject, n int, next func(*tab) error) {
		if err == nil {
			var r taken
			r, err = s.run(p, n, next)
			*rates = append(*rates, float64(n)/r.Took*1000)
		}
	}
	var ours, bare, engine, parser, oursFive, bareFive, oursFew, innerHTML, lost []float64
	var filtered filtering
	for range rounds {
		run(&ours, s.observing(s.firehose(many)), many, func(t *tab) error {
			if err := t.countLost(&lost, many); err != nil {
				return err
			}
			return t.filter(&filtered, s.firehose(many), many)
		})
		run(&bare, s.bare(s.firehose(many)), many, nil)
	}
	if err != nil {
		return err
	}
	done(compared(partObserver, "100,000 events of 90 bytes", "a bare listener", "events/s", ours, bare).atLeast(0.9))
	for range rounds {
		run(&engine, s.observingEngine(s.firehose(many)), many, func(t *tab) error { return t.countLost(&lost, many) })
		run(&parser, s.parsing(s.firehose(many)), many, nil)
	}
	if err != nil {
		return err
	}
	done(compared(partObserver, "the same by the Go engine, over fetch", "fetch and eventsource-parser", "events/s", engine, parser).atLeast(1))
	for range rounds {
		run(&oursFive, s.observingFive(s.firehose(many/5)), many, nil)
		run(&bareFive, s.bareFive(s.firehose(many/5)), many, nil)
	}
	if err != nil {
		return err
	}
	done(compared(partObserver, "the same from five sources at once", "five bare listeners", "events/s", oursFive, bareFive).atLeast(0.9))
	for range 2 {
		run(&oursFew, s.observing(s.firehose(few)), few, func(t *tab) error { return t.countLost(&lost, few) })
		run(&innerHTML, s.innerHTML(s.firehose(few)), few, nil)
	}
	if err != nil {
		return err
	}
	done(compared(partObserver, "5,000 events", "innerHTML +=", "events/s", oursFew, innerHTML).atLeast(50))
	const tooMany = 210_000 // more than the log keeps
	run(&[]float64{}, s.observing(s.firehose(tooMany)), 200_000-2, func(t *tab) error { return t.countLost(&lost, tooMany) })
	if err != nil {
		return err
	}
	done(alone(partObserver, "events lost: sent, less those in the log, less those said to be dropped", "events", []float64{largest(lost)}).atMost(0))
	done(filtered.rows()...)
	return nil
}

// countLost waits until all sent events are in the log or stated as dropped; what is still missing then is lost.
func (t *tab) countLost(lost *[]float64, sent int) error {
	var missing float64
	const js = `(async () => {
		const number = text => +(text ?? "0").replace(/\D/g, "");
		const missing = () => %d + 2 - number(document.querySelector("#tab-events").textContent)
			- number(document.querySelector("#events .limits").textContent.match(/^(.*?) older/)?.[1]);
		const end = performance.now() + 20000;
		await measure.until(() => missing() == 0 || performance.now() > end);
		return missing();
	})()`
	if err := t.eval(fmt.Sprintf(js, sent), &missing); err != nil {
		return err
	}
	*lost = append(*lost, missing)
	return nil
}

// filtering is how a long log is filtered, in milliseconds: for each key, from the input event to the frame that shows
// first results, and to the one that shows all.
type filtering struct{ first, complete, blocked []float64 }

// filter types into the filter and waits each time until all results are there.
func (t *tab) filter(f *filtering, stream string, n int) error {
	if err := t.eval(`document.querySelector("#filter").focus()`, nil); err != nil {
		return err
	}
	typed := ""
	for _, key := range `99,` {
		typed += string(key)
		matching := 0
		for _, text := range append(events(n), stream) {
			if strings.Contains(text, typed) {
				matching++
			}
		}
		expected, err := json.Marshal(typed)
		if err != nil {
			return err
		}
		// The rows of the page show an event's data.
		if err := t.eval(fmt.Sprintf(`window.filtered = new Promise(done => addEventListener("input", async () => {
			const start = performance.now();
			const count = () => +document.querySelector("#tab-events").textContent.replace(/\D/g, "");
			const rows = () => [...document.querySelectorAll("#rows .row")];
			let first;
			const {task} = await measure.until(() => {
				first ??= rows().length > 0 && rows().every(row => row.innerText.includes(%s)) ? performance.now() - start : undefined;
				return first !== undefined && count() == %d;
			});
			done({first, complete: performance.now() - start, task});
		}, {once: true, capture: true})), 0`, expected, matching), nil); err != nil {
			return err
		}
		if err := t.press(key); err != nil {
			return err
		}
		var r struct{ First, Complete, Task float64 }
		if err := t.eval(`filtered`, &r); err != nil {
			return fmt.Errorf("filter %q, %d results: %w", typed, matching, err)
		}
		f.first, f.complete, f.blocked = append(f.first, r.First), append(f.complete, r.Complete), append(f.blocked, r.Task)
	}
	return nil
}

func (f filtering) rows() []row {
	return []row{
		alone(partObserver, "filter over 100,000 events: first results", "ms", f.first).atMost(2 * frame),
		alone(partObserver, "the same: all results", "ms", f.complete).atMost(500),
		alone(partObserver, "the same: typing waits", "ms", []float64{largest(f.blocked)}).atMost(50),
	}
}

// frame is how long one takes, in milliseconds. What is done within a frame is seen in the next.
const frame = 1000.0 / 60

func largest(values []float64) float64 {
	most := 0.0
	for _, v := range values {
		most = max(most, v)
	}
	return most
}

// frames measures a steady stream of our own server, whose side of it our page shows too.
func (s *site) frames(done func(...row)) error {
	const seconds, rate = 30, 1000
	stream := s.scripted(fmt.Sprintf("title: Steady\n== 200\n@cors *\n@repeat %d every 1ms\nid: {n}\ndata: %s\n\n@again\n@hold\n", seconds*rate, strings.Repeat("-", 70)))
	const rounds = 3
	var ours, bare, tasks []float64
	var note []string
	for range rounds {
		our, err := s.run(s.observing(stream), seconds*rate, nil)
		if err != nil {
			return err
		}
		other, err := s.run(s.bare(stream), seconds*rate, nil)
		if err != nil {
			return err
		}
		ours, bare, tasks = append(ours, our.Longest), append(bare, other.Longest), append(tasks, our.Task)
		note = append(note, fmt.Sprintf("%.0f and %.0f", seconds*rate/our.Took*1000, seconds*rate/other.Took*1000))
	}
	longest := compared(partObserver, "longest frame at 1,000 events/s for 30 s", "the bare listener's page", "ms", ours, bare).atMost(2)
	longest.Note = strings.Join(note, ", ") + " events/s came."
	done(longest, alone(partObserver, "the longest task of ours in it", "ms", tasks).atMost(50))
	return nil
}

// silence measures both pages at once, each in its own process: connected to a stream that says nothing.
func (s *site) silence(done func(...row)) error {
	stream := s.scripted("title: Silent\n== 200\n@cors *\ndata: the only one\n\n@hold\n")
	busy := make([]float64, 2)
	errs := make(chan error)
	for i, p := range []subject{s.observing(stream), s.bare(stream)} {
		go func() {
			_, err := s.run(p, 1, func(t *tab) error {
				const long = 30 * time.Second
				before, err := t.busy()
				if err != nil {
					return err
				}
				time.Sleep(long)
				after, err := t.busy()
				busy[i] = (after - before) / long.Seconds() * 100
				return err
			})
			errs <- err
		}()
	}
	if err := errors.Join(<-errs, <-errs); err != nil {
		return err
	}
	r := alone(partObserver, "main thread busy while connected and silent, more than the bare page", "percentage points", []float64{busy[0] - busy[1]}).atMost(1)
	r.Note = fmt.Sprintf("ours %.2f %%, the bare page %.2f %%.", busy[0], busy[1])
	done(r)
	return nil
}

// memory measures what 100,000 events more take in the processes of the pages, each time in a browser of its own: two
// streams of half as many, after one more that has the browser compile and set up what it needs in any case.
func (s *site) memory(done func(...row)) error {
	const half, rounds = 50_000, 3
	grown := func(p subject) (float64, error) {
		browser, err := startChromium(s.ctx)
		if err != nil {
			return 0, err
		}
		defer browser.stop()
		t, err := browser.newTab()
		if err != nil {
			return 0, err
		}
		if err := t.prepare(p); err != nil {
			return 0, err
		}
		clean := func() (float64, error) {
			if err := t.collectGarbage(); err != nil {
				return 0, err
			}
			return browser.privateMemory()
		}
		if _, err := t.take(p, half); err != nil {
			return 0, err
		}
		before, err := clean()
		for i := 2; i <= 3 && err == nil; i++ {
			_, err = t.take(p, i*half)
		}
		if err != nil {
			return 0, err
		}
		after, err := clean()
		const MB = 1 << 20
		return (after - before) / MB, err
	}
	var ours, bare []float64
	for range rounds {
		o, err := grown(s.observing(s.firehose(half)))
		if err != nil {
			return err
		}
		b, err := grown(s.keeping(s.firehose(half)))
		if err != nil {
			return err
		}
		ours, bare = append(ours, o), append(bare, b)
	}
	done(compared(partObserver, "memory for 100,000 kept events", "the bare page keeping the events", "MB", ours, bare).atMost(1.5))
	return nil
}

// timestamps compares the time of each event in our trace, as it is exported, with what a listener beside ours saw.
func (s *site) timestamps(done func(...row)) error {
	const n = 2000
	t, err := s.chromium.newTab()
	if err != nil {
		return err
	}
	defer t.close()
	p := s.observing(s.firehose(n))
	if err := t.prepare(p); err != nil {
		return err
	}
	err = t.eval(`(() => {
		const Native = EventSource;
		window.seen = [];
		window.EventSource = class extends Native {
			constructor(...args) {
				super(...args);
				this.addEventListener("message", event => seen.push(event.timeStamp));
			}
		};
		const create = URL.createObjectURL;
		URL.createObjectURL = blob => {
			window.saved = blob;
			return create.call(URL, new Blob([]));
		};
	})()`, nil)
	if err != nil {
		return err
	}
	if _, err := t.take(p, n); err != nil {
		return err
	}
	var furthest float64
	err = t.eval(`(async () => {
		[...document.querySelectorAll("#events button")].find(b => b.textContent == "Export").click();
		await measure.until(() => window.saved);
		const ours = (await saved.text()).trim().split("\n").map(line => JSON.parse(line)).filter(r => r.kind == "message");
		if (ours.length != seen.length) throw Error(ours.length + " events exported, " + seen.length + " seen");
		return Math.max(...ours.map((r, i) => Math.abs(r.timeStamp - seen[i])));
	})()`, &furthest)
	if err != nil {
		return err
	}
	r := alone(partObserver, "timestamp in our trace, furthest from the event's own timeStamp", "ms", []float64{furthest}).atMost(0)
	r.Note = fmt.Sprintf("%d events, each compared.", n)
	done(r)
	return nil
}
