package main

import (
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"time"

	"eventsource-playground/web"
)

// Parts of the table.
const (
	partStart    = "bytes and start"
	partObserver = "observer"
)

// site is all that the pages are measured with: our server, the references and a browser.
type site struct {
	*references
	ctx      context.Context // ends all of it
	ours     string          // http://127.0.0.1:port
	chromium *chromium
}

// withSite gives a site to a function, and ends it. What is built goes into dir.
func withSite(ctx context.Context, dir string, measure func(*site) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	program, err := build(dir, "server", "./server")
	if err != nil {
		return err
	}
	server, err := start(program, "-addr", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer server.stop()
	s := &site{ctx: ctx, ours: "http://" + server.addr.String()}
	reply, err := http.Get(s.ours)
	if err != nil {
		return err
	}
	reply.Body.Close()
	if s.references, err = serveReferences(ctx, reply.Header); err != nil {
		return err
	}
	if s.chromium, err = startChromium(ctx); err != nil {
		return err
	}
	defer s.chromium.stop()
	return measure(s)
}

// visited is what a visit took.
type visited struct {
	Bytes, Painted, Ready float64 // milliseconds since the navigation
}

// Promises of the moment when a page is ready.
const (
	oursReady   = `measure.ready`
	helloReady  = `measure.rendered`
	staticReady = `measure.painted`
)

// visit opens an address in a tab, and waits until it is ready and has loaded all.
func (t *tab) visit(address, ready string) (v visited, err error) {
	t.mu.Lock()
	t.received, t.last = 0, time.Now()
	clear(t.loading)
	t.mu.Unlock()
	if err := t.open(address); err != nil {
		return v, err
	}
	if err := t.eval(`Promise.all([measure.painted, `+ready+`]).then(([Painted, Ready]) => ({Painted, Ready}))`, &v); err != nil {
		return v, err
	}
	const quiet = 300 * time.Millisecond // after so long without a request all is loaded
	for wait := quiet; wait > 0; {
		time.Sleep(wait)
		t.mu.Lock()
		wait = quiet - time.Since(t.last)
		if len(t.loading) > 0 {
			wait = quiet
		}
		v.Bytes = t.received
		t.mu.Unlock()
	}
	return v, nil
}

// How a page is visited.
const (
	timed   = iota // as it is
	counted        // every byte is told to us, which takes its time
	slow           // on a slow machine and line; counted too
)

// firstVisit visits in a new tab, whose cache is empty, and gives that tab to what is to be done next.
func (s *site) firstVisit(address, ready string, how int, next func(*tab) error) (v visited, err error) {
	t, err := s.chromium.newTab()
	if err != nil {
		return v, err
	}
	defer t.close()
	if how != timed {
		if err := t.countBytes(); err != nil {
			return v, err
		}
	}
	if how == slow {
		if err := t.throttle(4); err != nil {
			return v, err
		}
	}
	if v, err = t.visit(address, ready); err != nil || next == nil {
		return v, err
	}
	return v, next(t)
}

// measureStart measures bytes and start. In each round every page has its turn.
func measureStart(ctx context.Context, dir string, done func(...row)) error {
	return withSite(ctx, dir, func(s *site) error { return s.start(done) })
}

func (s *site) start(done func(...row)) error {
	wasm, err := fs.Stat(web.Files(), "web/app.wasm.br")
	if err != nil {
		return fmt.Errorf("%w: run make wasm, without PACK=-fast", err)
	}
	var ours, again, hello, static, oursBytes, helloBytes, oursSlow, helloSlow []visited
	visit := func(visits *[]visited, address, ready string, how int, next func(*tab) error) {
		if err == nil {
			var v visited
			v, err = s.firstVisit(address, ready, how, next)
			*visits = append(*visits, v)
		}
	}
	const kB = 1024
	size := float64(len(s.files["web/app.wasm"].compressed))
	done(compared(partStart, "app.wasm, brotli", "go-app's hello world", "KB", []float64{float64(wasm.Size()) / kB}, []float64{size / kB}).atMost(1.15))
	const rounds, slowRounds = 15, 5
	for range slowRounds {
		visit(&oursBytes, s.ours, oursReady, counted, func(t *tab) error {
			if err := t.open("about:blank"); err != nil {
				return err
			}
			v, err := t.visit(s.ours, oursReady)
			again = append(again, v)
			return err
		})
		visit(&helloBytes, s.pages, helloReady, counted, nil)
	}
	if err != nil {
		return err
	}
	done(
		compared(partStart, "a first visit", "hello world's", "KB", each(oursBytes, visited.kB), each(helloBytes, visited.kB)).atMost(1.15),
		alone(partStart, "a second visit", "KB", each(again, visited.kB)).atMost(10),
	)
	for range rounds {
		visit(&ours, s.ours, oursReady, timed, nil)
		visit(&hello, s.pages, helloReady, timed, nil)
		visit(&static, s.pages+"/static.html", staticReady, timed, nil)
	}
	if err != nil {
		return err
	}
	done(
		compared(partStart, "first contentful paint", "a static page's", "ms", each(ours, visited.painted), each(static, visited.painted)).atMost(1.3),
		compared(partStart, "ready to connect", "hello world's first rendering", "ms", each(ours, visited.ready), each(hello, visited.ready)).atMost(1.5),
	)
	for range slowRounds {
		visit(&oursSlow, s.ours, oursReady, slow, nil)
		visit(&helloSlow, s.pages, helloReady, slow, nil)
	}
	if err != nil {
		return err
	}
	done(compared(partStart, "the same, processor 4 times slower, 10 Mbit/s", "hello world's", "ms", each(oursSlow, visited.ready), each(helloSlow, visited.ready)).atMost(1.25))
	return nil
}

func (v visited) kB() float64      { return v.Bytes / 1024 }
func (v visited) painted() float64 { return v.Painted }
func (v visited) ready() float64   { return v.Ready }

// each is a figure of every measurement.
func each[T any](all []T, figure func(T) float64) []float64 {
	var figures []float64
	for _, one := range all {
		figures = append(figures, figure(one))
	}
	return figures
}
