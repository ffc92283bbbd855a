package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"eventsource-playground/cluster/natstest"
	"eventsource-playground/server/limits"
)

// aRoom is one that a server has made.
type aRoom struct{ Room, Key, Stream string }

func makeRoom(t *testing.T, p *program) (r aRoom) {
	t.Helper()
	reply := p.do(t, "POST", "/rooms")
	if err := json.NewDecoder(reply.Body).Decode(&r); err != nil || reply.StatusCode != http.StatusCreated {
		t.Fatalf("got %d, %v; want a room", reply.StatusCode, err)
	}
	return r
}

// publish publishes an event, and returns the status, and the body.
func (r aRoom) publish(t *testing.T, p *program, data string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), "POST", p.url+"rooms/"+r.Room, strings.NewReader(`{"data":"`+data+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+r.Key)
	request.Header.Set("Content-Type", "application/json")
	reply, err := p.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	return reply.StatusCode, text(t, reply)
}

// must is publish, which may not fail.
func (r aRoom) must(t *testing.T, p *program, data string) (id string) {
	t.Helper()
	status, body := r.publish(t, p, data)
	var published struct{ IDs []string }
	if err := json.Unmarshal([]byte(body), &published); status != http.StatusOK || err != nil {
		t.Fatalf("got %d %s; want it published", status, body)
	}
	return published.IDs[0]
}

// read is the room's stream, of which something has come.
func (r aRoom) read(t *testing.T, p *program, headers ...string) io.Reader {
	t.Helper()
	reply := p.get(t, "/rooms/"+r.Room, headers...)
	if reply.StatusCode != http.StatusOK {
		t.Fatalf("got %d %s; want a stream", reply.StatusCode, text(t, reply))
	}
	stream := bufio.NewReader(reply.Body)
	if _, err := stream.Peek(1); err != nil {
		t.Fatal(err)
	}
	return stream
}

// dataOf are the data of the next n events.
func dataOf(t *testing.T, stream io.Reader, n int) string {
	t.Helper()
	var all []string
	for _, event := range events(t, stream, n) {
		all = append(all, event.Data)
	}
	return strings.Join(all, " ")
}

func TestRoomsAreForPagesOfAnyOrigin(t *testing.T) {
	p := start(t)
	r := makeRoom(t, p)
	for _, path := range []string{"/rooms/" + r.Room, "/rooms/calm-nowhere"} {
		header := p.get(t, path, "Origin", "https://example.org").Header
		for name, want := range map[string]string{
			"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Credentials": "", "X-Content-Type-Options": "nosniff",
		} {
			if got := header.Get(name); got != want {
				t.Errorf("got %s %q for %s; want %q", name, got, path, want)
			}
		}
	}
}

func TestSixtyBrowsersWithEightStreamsAreLetInFromOneAddress(t *testing.T) {
	p := start(t, "-addr", "127.0.0.1:0")
	r := makeRoom(t, p)
	for range 60 {
		r.read(t, p)
		for range 7 {
			if reply := p.get(t, "/sse"); reply.StatusCode != http.StatusOK {
				t.Fatalf("got %d %s; want a stream", reply.StatusCode, text(t, reply))
			}
		}
		if reply := p.get(t, "/lessons"); reply.StatusCode != http.StatusOK {
			t.Fatalf("got %d; want what a page needs besides", reply.StatusCode)
		}
	}
}

func TestStoppingEndsRoomsCleanlyAndSoon(t *testing.T) {
	before := runtime.NumGoroutine()
	p := start(t)
	r := makeRoom(t, p)
	ended := make(chan error)
	const readers = 20
	var clients []*program
	for n := range readers {
		client := p
		if n%4 == 3 {
			client = p.over(t, "HTTP/2.0")
			clients = append(clients, client)
		}
		stream := r.read(t, client)
		go func() { _, err := io.ReadAll(stream); ended <- err }()
	}
	r.must(t, p, "a")
	from := time.Now()
	if got := p.stop(t); got != 0 {
		t.Errorf("got exit status %d; want 0", got)
	}
	if took := time.Since(from); took > 2*time.Second {
		t.Errorf("got %v until the end; want it soon", took)
	}
	for range readers {
		if err := <-ended; err != nil {
			t.Errorf("got %v; want the clean end of a stream", err)
		}
	}
	for _, client := range append(clients, p) {
		client.client.CloseIdleConnections()
	}
	waitFor(t, "the end of all goroutines", func() bool { return runtime.NumGoroutine() <= before })
}

func TestRoomsOnDiskOutliveTheServer(t *testing.T) {
	dir := t.TempDir()
	process, url := startProcess(t, "-data", dir)
	p := &program{url: url, client: &http.Client{}}
	r := makeRoom(t, p)
	first := r.must(t, p, "a")
	r.must(t, p, "b")
	process.Process.Kill()
	process.Wait()
	again := start(t, "-data", dir)
	stream := r.read(t, again, "Last-Event-ID", first)
	if got, want := r.must(t, again, "c"), strings.TrimSuffix(first, "1")+"3"; got != want {
		t.Errorf("got the id %s; want %s", got, want)
	}
	if got := dataOf(t, stream, 2); got != "b c" {
		t.Errorf("got %s; want b c", got)
	}
}

func TestRoomsOfSomebodysNATS(t *testing.T) {
	folder := t.TempDir()
	nats := natstest.Start(t, folder, -1)
	p, q := start(t, "-nats", nats.ClientURL()), start(t, "-nats", nats.ClientURL())
	r := makeRoom(t, p)
	streams := []io.Reader{r.read(t, p), r.read(t, q)}
	r.must(t, p, "a")
	port := nats.Addr().(*net.TCPAddr).Port
	nats.Shutdown()
	nats.WaitForShutdown()
	waitFor(t, "the refusal", func() bool {
		status, body := r.publish(t, p, "never")
		return status == http.StatusServiceUnavailable && strings.HasPrefix(body, "Nothing was done, since NATS, which has the rooms, can't be reached just now")
	})
	if got := p.do(t, "POST", "/rooms").StatusCode; got != http.StatusServiceUnavailable {
		t.Errorf("got %d for a new room; want 503", got)
	}
	natstest.Start(t, folder, port)
	for _, from := range []struct {
		p    *program
		data string
	}{{p, "b"}, {q, "c"}} {
		waitFor(t, "NATS", func() bool { status, _ := r.publish(t, from.p, from.data); return status == http.StatusOK })
	}
	for i, stream := range streams {
		if got := dataOf(t, stream, 3); got != "a b c" {
			t.Errorf("got %s at server %d; want a b c", got, i)
		}
	}
}

func TestWhatCantBeOfRooms(t *testing.T) {
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"rooms in two places", []string{"-data", "x", "-nats", "nats://localhost"}, "give one of them"},
		{"credentials for nothing", []string{"-nats-creds", "x"}, "-nats-creds is for -nats"},
		{"credentials that are not there", []string{"-nats", "nats://localhost", "-nats-creds", "/nowhere/x"}, "no such file"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var stderr bytes.Buffer
			m := Main{Files: page, Limits: limits.Default, Stdout: io.Discard, Stderr: &stderr}
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if code := m.Run(ctx, append([]string{"-addr", "localhost:0"}, test.args...)); code != 1 || !strings.Contains(stderr.String(), test.want) {
				t.Errorf("got %d, %s; want 1 and %q", code, &stderr, test.want)
			}
		})
	}
}

// The examples of docs/rooms.md are one program of the shell.
func TestTheExamplesOfRoomsDo(t *testing.T) {
	doc, err := os.ReadFile("../docs/rooms.md")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := exec.LookPath("curl"); err != nil {
		t.Fatal("this test needs curl: install it")
	}
	p := start(t, "-addr", "127.0.0.1:0")
	program, examples := "set -eu\n", 0
	for i, part := range strings.Split(string(doc), "```sh\n") {
		if code, _, ok := strings.Cut(part, "```"); ok && i > 0 {
			program += code
			examples++
		}
	}
	program = strings.ReplaceAll(program, "http://localhost:3000", strings.TrimSuffix(p.url, "/"))
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-c", program)
	cmd.Dir = t.TempDir()
	out, err := cmd.CombinedOutput()
	if err != nil || examples < 5 {
		t.Fatalf("got %v, %s of %d examples; want them to work:\n%s", err, out, examples, program)
	}
	for _, want := range []string{"data: hello", "event: news", "retry: ", "event: gap", "There is no room"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("got %s; want %q in it", out, want)
		}
	}
	if made, _ := filepath.Glob(filepath.Join(cmd.Dir, "*")); len(made) == 0 {
		t.Error("got no file; want the stream of one of the examples")
	}
}

func TestWhereOthersReachThisServer(t *testing.T) {
	public, err := url.Parse("https://sse.example.org")
	if err != nil {
		t.Fatal(err)
	}
	class := reach{at: "localhost:3000", others: []string{"192.168.1.5:3000", "10.0.0.7:3000"}}
	for _, test := range []struct {
		name  string
		reach reach
		host  string
		want  string
	}{
		{"by the address of the machine", class, "localhost:3000", "http://192.168.1.5:3000"},
		{"by the address that its maker has used", class, "10.0.0.7:3000", "http://10.0.0.7:3000"},
		{"by the name that its maker has used", class, "teacher.local:3000", "http://teacher.local:3000"},
		{"by the public URL", reach{at: "localhost:3000", public: public, others: class.others}, "localhost:3000", "https://sse.example.org"},
		{"not at all", reach{at: "localhost:3000"}, "[::1]:3000", "http://localhost:3000"},
	} {
		request := &http.Request{Host: test.host}
		if got := test.reach.of(request); got != test.want {
			t.Errorf("%s: got %s; want %s", test.name, got, test.want)
		}
	}
}

func TestAddressesThatOthersCanUse(t *testing.T) {
	network := func(text ...string) (all []net.Addr) {
		for _, a := range text {
			ip, n, err := net.ParseCIDR(a)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, &net.IPNet{IP: ip, Mask: n.Mask})
		}
		return all
	}
	for _, test := range []struct {
		name      string
		addresses []net.Addr
		outward   string
		want      []string
	}{
		{"none", network("127.0.0.1/8", "::1/128", "fe80::1/64", "169.254.1.1/16"), "192.168.1.5", nil},
		{"the one that leads outward first", network("172.17.0.1/16", "192.168.1.5/24", "2001:db8::5/64"), "192.168.1.5", []string{"192.168.1.5", "172.17.0.1"}},
		{"those of IPv6 where there are no others", network("::1/128", "2001:db8::5/64"), "192.168.1.5", []string{"2001:db8::5"}},
	} {
		if got := reachable(test.addresses, netip.MustParseAddr(test.outward)); !slices.Equal(got, test.want) {
			t.Errorf("%s: got %v; want %v", test.name, got, test.want)
		}
	}
}
