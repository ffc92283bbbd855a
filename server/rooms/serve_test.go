package rooms

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"eventsource-playground/e2e/process"
	"eventsource-playground/room"
	"eventsource-playground/server/limits"
)

// program is a server of rooms, and a client of it.
type program struct {
	url    string
	secure string
	client *http.Client
	log    *process.Buffer
	rooms  *Rooms
	end    func()
}

func start(t *testing.T) *program {
	t.Helper()
	return startWith(t, limits.Default, time.Now)
}

func startWith(t *testing.T, l limits.Limits, now func() time.Time) *program {
	t.Helper()
	p := &program{client: &http.Client{Transport: &http.Transport{DisableCompression: true}}, log: &process.Buffer{}}
	log := slog.New(slog.NewTextHandler(p.log, nil))
	hub := room.New(room.Options{Rooms: l.Rooms, Events: l.RoomEvents, Bytes: l.RoomBytes, Age: l.RoomAge, Idle: l.RoomIdle, Log: log})
	p.rooms = New(l, hub, func(r *http.Request) string { return "http://" + r.Host }, now, log)
	mux := http.NewServeMux()
	mux.Handle("/rooms", p.rooms.Made())
	mux.Handle("/rooms/{name}", p.rooms.One())
	mux.Handle("/rooms/{name}/{command}", p.rooms.Command())
	plain, secure := httptest.NewServer(mux), httptest.NewUnstartedServer(mux)
	secure.EnableHTTP2 = true
	secure.Config.ErrorLog = slog.NewLogLogger(log.Handler(), slog.LevelError)
	secure.StartTLS()
	p.url, p.secure = plain.URL, secure.URL
	p.end = sync.OnceFunc(func() {
		p.rooms.End()
		p.client.CloseIdleConnections()
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		p.rooms.Drain(ctx)
		plain.Close()
		secure.Close()
		hub.Close()
	})
	t.Cleanup(p.end)
	return p
}

// over is the same server over TLS, by another client.
func (p *program) over(t *testing.T, proto string) *program {
	t.Helper()
	secure := *p
	secure.url = p.secure
	var protocols http.Protocols
	protocols.SetHTTP1(proto == "HTTP/1.1")
	protocols.SetHTTP2(proto == "HTTP/2.0")
	transport := &http.Transport{DisableCompression: true, Protocols: &protocols, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	secure.client = &http.Client{Transport: transport}
	t.Cleanup(transport.CloseIdleConnections)
	return &secure
}

// send requests a path with a body; headers are names and values in turn.
func (p *program) send(t *testing.T, method, path, body string, headers ...string) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, p.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	reply, err := p.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { reply.Body.Close() })
	return reply
}

func (p *program) get(t *testing.T, path string, headers ...string) *http.Response {
	t.Helper()
	return p.send(t, "GET", path, "", headers...)
}

// dial opens a bare connection, for what no HTTP client would do.
func (p *program) dial(t *testing.T) *net.TCPConn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn.(*net.TCPConn)
}

// made is a room, and who may publish in it.
type madeRoom struct {
	made
	p *program
}

func makeRoom(t *testing.T, p *program) *madeRoom {
	t.Helper()
	r := &madeRoom{p: p}
	reply := p.send(t, "POST", "/rooms", "")
	if reply.StatusCode != http.StatusCreated {
		t.Fatalf("got %d %s; want a room", reply.StatusCode, text(t, reply))
	}
	if err := json.NewDecoder(reply.Body).Decode(&r.made); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *madeRoom) path() string { return "/rooms/" + r.Room }

// publish publishes an event for each data, and returns their ids.
func (r *madeRoom) publish(t *testing.T, data ...string) []string {
	t.Helper()
	body := ""
	for _, d := range data {
		body += "data: " + d + "\n\n"
	}
	reply := r.p.send(t, "POST", r.path(), body, "Authorization", "Bearer "+r.Key, "Content-Type", "text/event-stream")
	if reply.StatusCode != http.StatusOK {
		t.Fatalf("got %d %s; want it published", reply.StatusCode, text(t, reply))
	}
	var p published
	if err := json.NewDecoder(reply.Body).Decode(&p); err != nil || len(p.IDs) != len(data) {
		t.Fatalf("got ids %v, %v; want %d", p.IDs, err, len(data))
	}
	return p.IDs
}

// command is one for all readers, by its path, or "" for the end of the room.
func (r *madeRoom) command(t *testing.T, what string) {
	t.Helper()
	method, path := "POST", r.path()+"/"+what
	if what == "" {
		method, path = "DELETE", r.path()
	}
	if reply := r.p.send(t, method, path, "", "Authorization", "Bearer "+r.Key); reply.StatusCode != http.StatusNoContent {
		t.Fatalf("got %d %s; want it done", reply.StatusCode, text(t, reply))
	}
}

// reading is a room's stream as a client has it.
type reading struct {
	*http.Response
	lines *bufio.Reader
}

func (r *madeRoom) read(t *testing.T, p *program, query string, headers ...string) *reading {
	t.Helper()
	reply := p.get(t, r.path()+query, headers...)
	if reply.StatusCode != http.StatusOK {
		t.Fatalf("got %d %s; want a stream", reply.StatusCode, text(t, reply))
	}
	return begun(t, reply)
}

// begun is a stream whose first byte has come.
func begun(t *testing.T, reply *http.Response) *reading {
	t.Helper()
	r := &reading{reply, bufio.NewReader(reply.Body)}
	if _, err := r.lines.Peek(1); err != nil {
		t.Fatal(err)
	}
	return r
}

// data are those of the next n events.
func (r *reading) data(t *testing.T, n int) string {
	t.Helper()
	var all []string
	for len(all) < n {
		line, err := r.lines.ReadString('\n')
		if err != nil {
			t.Fatalf("got %v after %q; want %d events", err, all, n)
		}
		if data, ok := strings.CutPrefix(line, "data: "); ok {
			all = append(all, strings.TrimSpace(data))
		}
	}
	return strings.Join(all, "|")
}

// rest is what comes until the end, and how that is.
func (r *reading) rest() (string, error) {
	b, err := io.ReadAll(r.lines)
	return string(b), err
}

func text(t *testing.T, reply *http.Response) string {
	t.Helper()
	body, err := io.ReadAll(reply.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// waitFor waits until something is so.
func waitFor(t *testing.T, what string, so func() bool) {
	t.Helper()
	for until := time.Now().Add(20 * time.Second); !so(); runtime.Gosched() {
		if time.Now().After(until) {
			t.Fatalf("got no %s; want it within 20 s", what)
		}
	}
}
