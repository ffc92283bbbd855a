package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"eventsource-playground/e2e/process"
	"eventsource-playground/server/limits"
)

// TestMain lets the test binary be the server, for the tests that send it signals.
func TestMain(m *testing.M) {
	if os.Getenv("BE_THE_SERVER") != "" {
		main()
	}
	folder, err := os.MkdirTemp("", "server-test-")
	if err != nil {
		panic(err)
	}
	if cache, err := os.UserCacheDir(); err == nil && os.Getenv("GOCACHE") == "" {
		os.Setenv("GOCACHE", filepath.Join(cache, "go-build")) // which go build would look for in the folder below
	}
	os.Setenv("XDG_CACHE_HOME", folder) // for the certificate
	code := m.Run()
	os.RemoveAll(folder)
	os.Exit(code)
}

func TestOnStdoutAreThePagesAddresses(t *testing.T) {
	const http2 = `           over HTTP/2: https://%s:\d+/\nA browser warns of that one, .*\.\n`
	for _, test := range []struct {
		name, addr, want string
	}{
		{"localhost", "localhost:0", `^EventSource Playground: http://localhost:\d+/\n` + fmt.Sprintf(http2, "localhost") + `$`},
		{"an address", "127.0.0.1:0", `^EventSource Playground: http://127\.0\.0\.1:\d+/\n` + fmt.Sprintf(http2, `127\.0\.0\.1`) + `$`},
		{"all of the machine's addresses, whose browsers would trust no certificate of its own", ":0", `^EventSource Playground: http://localhost:\d+/\n(   from other machines: http://[^/]+:\d+/\n)*$`},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := start(t, "-addr", test.addr)
			if got := p.get(t, "/").StatusCode; got != http.StatusOK {
				t.Errorf("got status %d at %s; want 200", got, p.url)
			}
			p.stop(t)
			if got := p.stdout.String(); !regexp.MustCompile(test.want).MatchString(got) {
				t.Errorf("got stdout %q; want %s", got, test.want)
			}
		})
	}
}

func TestWhatCantWorkIsOneSentenceAndAStatus(t *testing.T) {
	for _, test := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"an unknown flag", []string{"-nope"}, 2, "flag provided but not defined: -nope"},
		{"an argument", []string{"3000"}, 2, "is no flag: see -help"},
		{"an address without a port", []string{"-addr", "localhost"}, 1, "give host:port"},
		{"a CORS origin with a path", []string{"-cors", "https://example.org/"}, 1, "is no origin"},
		{"a CORS origin that a browser spells otherwise", []string{"-cors", "https://Example.org"}, 1, "is no origin"},
		{"the CORS origin null, which is that of any sandbox", []string{"-cors", "null"}, 1, "is no origin"},
		{"no time between heartbeats", []string{"-heartbeat", "0"}, 1, "too short"},
		{"no streams", []string{"-max-streams", "0"}, 1, "lets nobody in"},
		{"no streams for an address", []string{"-max-streams-per-address", "-1"}, 1, "lets nobody in"},
		{"help", []string{"-help"}, 0, "-heartbeat"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			m := Main{Files: page, Limits: limits.Default, Stdout: &stdout, Stderr: &stderr}
			if got := m.Run(ctx, append([]string{"-addr", "localhost:0"}, test.args...)); got != test.code {
				t.Errorf("got exit status %d; want %d", got, test.code)
			}
			if got := stderr.String(); !strings.Contains(got, test.want) {
				t.Errorf("got stderr %q; want %q in it", got, test.want)
			}
			if got := stdout.String(); got != "" {
				t.Errorf("got stdout %q; want nothing", got)
			}
		})
	}
}

func TestAPortThatIsTakenIsAnError(t *testing.T) {
	for _, taken := range []string{"127.0.0.1:0", "[::1]:0"} {
		t.Run(taken, func(t *testing.T) {
			other, err := net.Listen("tcp", taken)
			if err != nil {
				t.Logf("this machine has no %s", taken)
				return
			}
			defer other.Close()
			_, port, _ := net.SplitHostPort(other.Addr().String())
			var stderr bytes.Buffer
			m := Main{Files: page, Limits: limits.Default, Stdout: io.Discard, Stderr: &stderr}
			if got := m.Run(t.Context(), []string{"-addr", "localhost:" + port}); got != 1 {
				t.Errorf("got exit status %d; want 1", got)
			}
			if got := stderr.String(); !strings.Contains(got, "address already in use") {
				t.Errorf("got stderr %q; want the reason", got)
			}
		})
	}
}

func TestVersionNamesTheModuleAndGo(t *testing.T) {
	var stdout bytes.Buffer
	m := Main{Stdout: &stdout, Stderr: io.Discard}
	if got := m.Run(t.Context(), []string{"-version"}); got != 0 {
		t.Errorf("got exit status %d; want 0", got)
	}
	if got := stdout.String(); !regexp.MustCompile(`^eventsource-playground \S+.* go1\.\d+.*\n$`).MatchString(got) {
		t.Errorf("got %q; want one line with module, version and Go's version", got)
	}
}

func TestLocalhostIsBothAddresses(t *testing.T) {
	p := start(t)
	_, port, _ := net.SplitHostPort(strings.TrimSuffix(strings.TrimPrefix(p.url, "http://"), "/"))
	for _, host := range []string{"127.0.0.1", "::1"} {
		if l, err := net.Listen("tcp", net.JoinHostPort(host, "0")); err != nil {
			t.Logf("this machine has no %s", host)
			continue
		} else {
			l.Close()
		}
		conn, err := net.Dial("tcp", net.JoinHostPort(host, port))
		if err != nil {
			t.Errorf("got %v for %s; want a connection", err, host)
			continue
		}
		conn.Close()
	}
}

func TestStoppingEndsStreamsCleanlyAndSoon(t *testing.T) {
	const readers = 50
	p := start(t)
	streams := make([]*http.Response, readers)
	for i := range streams {
		streams[i] = p.get(t, "sse?interval=10ms&count=100000")
	}
	// Two that would keep an http.Server from shutting down: a connection that sends no request, a reader that never reads.
	silent := p.dial(t)
	defer silent.Close()
	full := p.get(t, "sse?interval=10ms&count=100000&x="+strings.Repeat("x", 1900))
	defer full.Body.Close()

	ended := make(chan error, readers)
	for _, stream := range streams {
		go func() {
			body, err := io.ReadAll(stream.Body)
			if err == nil && !bytes.HasSuffix(body, []byte("\n")) {
				err = fmt.Errorf("got an end in the middle of a line: %q", body[max(0, len(body)-40):])
			}
			ended <- err
		}()
	}
	from := time.Now()
	if got := p.stop(t); got != 0 {
		t.Errorf("got exit status %d; want 0", got)
	}
	if took := time.Since(from); took > time.Second {
		t.Errorf("got %v until the end; want at most a second", took)
	}
	for range readers {
		if err := <-ended; err != nil {
			t.Errorf("got %v; want the clean end of a stream", err)
		}
	}
}

func TestSignals(t *testing.T) {
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			process, url := startProcess(t)
			stream, err := http.Get(url + "sse")
			if err != nil {
				t.Fatal(err)
			}
			defer stream.Body.Close()
			from := time.Now()
			process.Process.Signal(signal)
			if _, err := io.ReadAll(stream.Body); err != nil {
				t.Errorf("got %v; want the clean end of a stream", err)
			}
			if err := process.Wait(); err != nil {
				t.Errorf("got %v; want exit status 0", err)
			}
			if took := time.Since(from); took > time.Second {
				t.Errorf("got %v until the end; want at most a second", took)
			}
		})
	}
	t.Run("a second one kills", func(t *testing.T) {
		process, url := startProcess(t)
		conn, err := net.Dial("tcp", strings.Trim(url, "htp:/")) // sends no request: the server waits for it
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		done := make(chan error, 1)
		go func() { done <- process.Wait() }()
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case err := <-done:
				var exit *exec.ExitError
				if !errors.As(err, &exit) || !exit.Sys().(syscall.WaitStatus).Signaled() {
					t.Errorf("got %v; want killed by the signal", err)
				}
				return
			case <-tick.C:
				process.Process.Signal(syscall.SIGTERM)
			}
		}
	})
}

func TestAPanicIsLoggedAndTheServerGoesOn(t *testing.T) {
	var stderr process.Buffer
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := newServer(t.Context(), http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/panic" {
			panic("a mistake of ours")
		}
	}), newConnections(9), limits.Default, newLog(&stderr))
	go server.Serve(l)
	defer server.Close()
	if reply, err := http.Get("http://" + l.Addr().String() + "/panic"); err == nil {
		t.Errorf("got status %d; want a broken connection", reply.StatusCode)
	}
	reply, err := http.Get("http://" + l.Addr().String() + "/")
	if err != nil {
		t.Fatal(err)
	}
	reply.Body.Close()
	if got := stderr.String(); !strings.Contains(got, "level=ERROR") || !strings.Contains(got, "a mistake of ours") {
		t.Errorf("got log %q; want the panic in it", got)
	}
}

// page is what web/pack makes, in small.
var page = fstest.MapFS{
	"index.html":           {Data: []byte("<!doctype html><title>the page</title>")},
	"app.js":               {Data: []byte("the app.js, which is long enough")},
	"app.js.gz":            {Data: []byte("app.js gzipped")},
	"web/app.wasm":         {Data: []byte("the app.wasm, which is long enough")},
	"web/app.wasm.br":      {Data: []byte("app.wasm brotlied")},
	"web/app.wasm.gz":      {Data: []byte("app.wasm gzipped")},
	"web/style.css":        {Data: []byte("main {}")},
	"web/icon.svg":         {Data: []byte("<svg/>")},
	"web/icon-192.png":     {Data: []byte("PNG")},
	"manifest.webmanifest": {Data: []byte("{}")},
	".gitignore":           {Data: []byte("*")},
}

// program is the real one, running.
type program struct {
	url    string
	stdout *process.Buffer
	stderr *process.Buffer
	cancel context.CancelFunc
	code   chan int
	client *http.Client
}

func start(t *testing.T, args ...string) *program {
	t.Helper()
	return startMain(t, Main{Files: page, Limits: limits.Default}, args...)
}

// startMain runs m on a free port until the test ends.
func startMain(t *testing.T, m Main, args ...string) *program {
	t.Helper()
	p := &program{
		stdout: &process.Buffer{},
		stderr: &process.Buffer{},
		code:   make(chan int, 1),
		client: &http.Client{Transport: &http.Transport{DisableCompression: true}},
	}
	read, write := io.Pipe()
	m.Stdout, m.Stderr = io.MultiWriter(p.stdout, write), p.stderr
	ctx, cancel := context.WithCancel(context.Background())
	p.cancel = cancel
	go func() {
		p.code <- m.Run(ctx, append([]string{"-addr", "localhost:0"}, args...))
		write.Close()
	}()
	line, err := bufio.NewReader(read).ReadString('\n')
	if err != nil {
		t.Fatalf("got %v; want a line on stdout. stderr: %s", err, p.stderr)
	}
	_, url, _ := strings.Cut(line, ": ")
	p.url = strings.TrimSpace(url)
	t.Cleanup(func() {
		p.stop(t)
		p.client.CloseIdleConnections()
	})
	return p
}

// stop is a signal and what came of it.
func (p *program) stop(t *testing.T) int {
	t.Helper()
	p.cancel()
	code := <-p.code
	p.code <- code
	return code
}

// get requests a path; headers are names and values in turn.
func (p *program) get(t *testing.T, path string, headers ...string) *http.Response {
	t.Helper()
	return p.do(t, http.MethodGet, path, headers...)
}

func (p *program) do(t *testing.T, method, path string, headers ...string) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, p.url+strings.TrimPrefix(path, "/"), nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Add(headers[i], headers[i+1])
	}
	reply, err := p.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { reply.Body.Close() })
	return reply
}

// dial opens a bare connection, for what no HTTP client would send.
func (p *program) dial(t *testing.T) *net.TCPConn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimSuffix(strings.TrimPrefix(p.url, "http://"), "/"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn.(*net.TCPConn)
}

// startProcess runs the program in a process of its own.
func startProcess(t testing.TB, args ...string) (process *exec.Cmd, url string) {
	t.Helper()
	process = exec.Command(os.Args[0], append([]string{"-addr", "127.0.0.1:0"}, args...)...)
	process.Env = append(os.Environ(), "BE_THE_SERVER=1", "GORACE=atexit_sleep_ms=0") // the detector sleeps a second otherwise
	stdout, err := process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { process.Process.Kill() })
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	_, url, _ = strings.Cut(strings.TrimSpace(line), ": ")
	return process, url
}

func text(t *testing.T, reply *http.Response) string {
	t.Helper()
	body, err := io.ReadAll(reply.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
