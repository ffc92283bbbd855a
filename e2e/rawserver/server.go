//go:build !js

package rawserver

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Server is a running raw server.
type Server struct {
	URL     string // for streams
	Control string // for everything else

	start time.Time
	ended chan struct{} // closed by the end of the test
	conns sync.WaitGroup

	mu      sync.Mutex
	changed chan struct{} // closed, and replaced, when there is news of a request
	keys    map[string]*key
	ports   map[int]*port
}

// key is what belongs together: the attempts of one EventSource, most of the time.
type key struct {
	requests []*Request
	attempts int           // the requests without the preflights
	tokens   chan struct{} // one for each /continue
}

// waiting is how long /requests waits for requests.
const waiting = 30 * time.Second

// Start starts a server on 127.0.0.1, and ends it with the test.
func Start(t testing.TB) *Server {
	t.Helper()
	s := &Server{
		start:   time.Now(),
		ended:   make(chan struct{}),
		changed: make(chan struct{}),
		keys:    map[string]*key{},
		ports:   map[int]*port{},
	}
	t.Cleanup(s.stop)
	for _, address := range []*string{&s.URL, &s.Control} {
		p, err := s.NewPort()
		if err == nil {
			err = s.Listen(p)
		}
		if err != nil {
			t.Fatalf("rawserver: %v", err)
		}
		*address = portURL(p)
	}
	return s
}

func (s *Server) stop() {
	close(s.ended)
	s.mu.Lock()
	for _, p := range s.ports {
		p.close()
	}
	s.mu.Unlock()
	s.conns.Wait()
}

// RawURL is the URL on this server that plays the scripts, one a request.
func (s *Server) RawURL(key string, scripts ...[]Step) string { return RawURL(s.URL, key, scripts...) }

// Requests waits until the key has n requests, preflights apart, and the clients of gone of them have left; not for
// ever, though: it returns what there is. A script that resets its client doesn't let it leave.
func (s *Server) Requests(name string, n, gone int) []Request {
	timeout := time.After(waiting)
	for {
		s.mu.Lock()
		k, changed := s.key(name), s.changed
		requests := []Request{}
		left := 0
		for _, r := range k.requests {
			requests = append(requests, *r)
			if r.GoneMS > 0 {
				left++
			}
		}
		enough := k.attempts >= n && left >= gone
		s.mu.Unlock()
		if enough {
			return requests
		}
		select {
		case <-changed:
		case <-timeout:
			return requests
		case <-s.ended:
			return requests
		}
	}
}

// Continue lets one Wait step of the key go on.
func (s *Server) Continue(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case s.key(name).tokens <- struct{}{}:
	default: // a thousand wait already
	}
}

// key returns the key of this name, which is a new one if need be. The caller holds mu.
func (s *Server) key(name string) *key {
	k := s.keys[name]
	if k == nil {
		k = &key{tokens: make(chan struct{}, 1000)}
		s.keys[name] = k
	}
	return k
}

// news wakes those who wait for it. The caller holds mu.
func (s *Server) news() {
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *Server) ms() float64 { return float64(time.Since(s.start).Microseconds()) / 1000 }

// client is a connection, which may ask several times.
type client struct {
	*Server
	conn  *net.TCPConn
	gone  chan struct{} // closed when the client has left
	reset bool
}

func (s *Server) serve(conn *net.TCPConn) {
	defer conn.Close()
	ended := make(chan struct{})
	defer close(ended)
	go func() { // the end of the test interrupts whatever the connection does
		select {
		case <-s.ended:
			conn.Close()
		case <-ended:
		}
	}()

	c := &client{Server: s, conn: conn, gone: make(chan struct{})}
	heads := make(chan []string)
	go func() { // reads all the time: the client may leave at any
		defer close(c.gone)
		for r := bufio.NewReader(conn); ; {
			head, err := readHead(r)
			if err != nil {
				return
			}
			select {
			case heads <- head:
			case <-ended:
				return
			}
		}
	}()
	var asked []*Request
	for {
		select {
		case head := <-heads:
			r, goOn := c.answer(head)
			if r != nil {
				asked = append(asked, r)
			}
			if goOn {
				continue
			}
			if !c.reset {
				<-c.gone
			}
		case <-c.gone:
		}
		if !c.reset && len(asked) > 0 {
			s.mu.Lock()
			for _, r := range asked {
				r.GoneMS = s.ms()
			}
			s.news()
			s.mu.Unlock()
		}
		return
	}
}

// readHead reads the lines up to the empty one.
func readHead(r *bufio.Reader) ([]string, error) {
	var head []string
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return nil, err
		}
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			return head, nil
		}
		head = append(head, line)
	}
}

// answer answers a request, and reports whether the connection may be asked again. It returns a request for /raw.
func (c *client) answer(head []string) (*Request, bool) {
	r := &Request{Header: map[string]string{}, MS: c.ms()}
	if len(head) > 0 {
		r.Method, r.Target, _ = strings.Cut(head[0], " ")
		r.Target, _, _ = strings.Cut(r.Target, " ")
		for _, line := range head[1:] {
			name, value, _ := strings.Cut(line, ":")
			name, value = strings.ToLower(name), strings.TrimSpace(value)
			if before, ok := r.Header[name]; ok {
				value = before + ", " + value
			}
			r.Header[name] = value
		}
	}
	target, err := url.ParseRequestURI(r.Target)
	if err != nil {
		return nil, c.reply("400 Bad Request", err)
	}
	query := target.Query()
	number := func(name string) int { n, _ := strconv.Atoi(query.Get(name)); return n }
	switch target.Path {
	case "/raw":
		return r, c.raw(r, query.Get("key"), query["script"])
	case "/requests":
		return nil, c.reply("200 OK", c.Requests(query.Get("key"), number("n"), number("gone")))
	case "/continue":
		c.Continue(query.Get("key"))
		return nil, c.reply("200 OK", "continued")
	case "/port":
		p, err := c.NewPort()
		if err != nil {
			return nil, c.reply("500 Internal Server Error", err)
		}
		return nil, c.reply("200 OK", map[string]any{"port": p, "url": portURL(p)})
	case "/listen":
		return nil, c.done(c.Listen(number("port")))
	case "/refuse":
		return nil, c.done(c.Refuse(number("port")))
	}
	return nil, c.reply("404 Not Found", fmt.Errorf("there is no %s", target.Path))
}

func (c *client) done(err error) bool {
	if err != nil {
		return c.reply("400 Bad Request", err)
	}
	return c.reply("200 OK", "done")
}

// reply answers with JSON, and closes the connection.
func (c *client) reply(status string, v any) bool {
	if err, ok := v.(error); ok {
		v = "rawserver: " + err.Error()
	}
	body, _ := json.Marshal(v)
	fmt.Fprintf(c.conn, "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%s\r\n%s",
		status, len(body), "Access-Control-Allow-Origin: *\r\nCache-Control: no-store\r\nConnection: close\r\n", body)
	c.conn.CloseWrite()
	return false
}

// raw records the request and plays its script.
func (c *client) raw(r *Request, name string, scripts []string) bool {
	c.mu.Lock()
	k := c.key(name)
	k.requests = append(k.requests, r)
	attempt := k.attempts
	if r.Method != "OPTIONS" {
		k.attempts++
	}
	c.news()
	c.mu.Unlock()

	if r.Method == "OPTIONS" {
		io.WriteString(c.conn, "HTTP/1.1 204 No Content\r\nAccess-Control-Allow-Origin: *\r\n"+
			"Access-Control-Allow-Methods: *\r\nAccess-Control-Allow-Headers: *\r\n\r\n")
		return true
	}
	if len(scripts) == 0 {
		return c.reply("400 Bad Request", errors.New("/raw needs a script"))
	}
	var steps []Step
	if err := json.Unmarshal([]byte(scripts[min(attempt, len(scripts)-1)]), &steps); err != nil {
		return c.reply("400 Bad Request", err)
	}
	for _, step := range steps {
		if !c.play(step, k.tokens) {
			return false
		}
	}
	return true
}

// play does one step, and reports whether there is a connection any more.
func (c *client) play(step Step, tokens <-chan struct{}) bool {
	bytes, err := hex.DecodeString(step.Hex)
	if err != nil {
		return c.reply("400 Bad Request", err)
	}
	bytes = append([]byte(step.Write), bytes...)
	if len(bytes) > 0 {
		for range max(step.Times, 1) {
			if _, err := c.conn.Write(bytes); err != nil {
				return false
			}
		}
	}
	var slept <-chan time.Time
	switch {
	case step.SleepMS > 0:
		slept = time.After(time.Duration(step.SleepMS) * time.Millisecond)
		tokens = nil
	case !step.Wait:
		tokens = nil
	}
	if slept != nil || tokens != nil {
		select {
		case <-slept:
		case <-tokens:
		case <-c.gone:
			return false
		}
	}
	switch {
	case step.Fin:
		c.conn.CloseWrite()
		return false
	case step.Reset:
		c.reset = true
		c.conn.SetLinger(0)
		c.conn.Close()
		return false
	}
	return true
}

// port is a port of 127.0.0.1 that is ours: either its listener accepts connections, or its socket, which is bound
// but doesn't listen, keeps it from others while connections are refused.
type port struct {
	socket   int
	listener net.Listener
}

func portURL(p int) string { return "http://127.0.0.1:" + strconv.Itoa(p) }

// NewPort takes a port, which refuses connections.
func (s *Server) NewPort() (int, error) {
	socket, number, err := bind(0)
	if err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ports[number] = &port{socket: socket}
	return number, nil
}

// Listen makes the port accept connections.
func (s *Server) Listen(number int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.ports[number]
	if p == nil || p.listener != nil {
		return fmt.Errorf("port %d is not one that refuses connections", number)
	}
	if err := syscall.Listen(p.socket, 128); err != nil {
		return err
	}
	file := os.NewFile(uintptr(p.socket), "port")
	defer file.Close()
	l, err := net.FileListener(file) // which has a copy of the socket
	if err != nil {
		return err
	}
	p.listener = l
	s.conns.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.conns.Go(func() { s.serve(conn.(*net.TCPConn)) })
		}
	})
	return nil
}

// Refuse makes the port refuse new connections. Those that are open stay.
func (s *Server) Refuse(number int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.ports[number]
	if p == nil || p.listener == nil {
		return fmt.Errorf("port %d is not one that listens", number)
	}
	p.listener.Close()
	socket, _, err := bind(number)
	if err != nil {
		return err
	}
	p.socket, p.listener = socket, nil
	return nil
}

func (p *port) close() {
	if p.listener != nil {
		p.listener.Close()
	} else {
		syscall.Close(p.socket)
	}
}

// bind binds a socket to the port of 127.0.0.1, or to any for 0.
func bind(number int) (socket, bound int, err error) {
	syscall.ForkLock.RLock()
	socket, err = syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err == nil {
		syscall.CloseOnExec(socket)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return 0, 0, err
	}
	// Connections of an earlier listener may still be around.
	err = syscall.SetsockoptInt(socket, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1)
	if err == nil {
		err = syscall.Bind(socket, &syscall.SockaddrInet4{Port: number, Addr: [4]byte{127, 0, 0, 1}})
	}
	var name syscall.Sockaddr
	if err == nil {
		name, err = syscall.Getsockname(socket)
	}
	if err != nil {
		syscall.Close(socket)
		return 0, 0, err
	}
	return socket, name.(*syscall.SockaddrInet4).Port, nil
}
