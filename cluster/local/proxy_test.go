package local

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/coder/websocket"
)

// behind starts a proxy in front of servers.
func behind(t *testing.T, addresses ...string) (url string) {
	t.Helper()
	p, err := newProxy("", func() []string { return addresses })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.close)
	return "http://" + p.at()
}

// serve starts a server.
func serve(t *testing.T, f http.HandlerFunc) (address string) {
	t.Helper()
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "http://")
}

// nowhere is an address where nobody listens.
func nowhere(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func TestTheProxySendsEachRequestToTheNextServer(t *testing.T) {
	named := func(name string) string {
		return serve(t, func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			fmt.Fprintf(w, "%s %s %s %s;", name, r.Host, r.RequestURI, body)
		})
	}
	url := behind(t, named("a"), nowhere(t), named("b"))
	host := strings.TrimPrefix(url, "http://")
	count := map[string]int{}
	for range 12 {
		request, err := http.NewRequest("POST", url+"/x?a=%zz&b;c", strings.NewReader("body"))
		if err != nil {
			t.Fatal(err)
		}
		reply, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		got, _ := io.ReadAll(reply.Body)
		reply.Body.Close()
		name, rest, _ := strings.Cut(string(got), " ")
		if want := host + " /x?a=%zz&b;c body;"; rest != want {
			t.Errorf("got %q; want %q, as it was sent", rest, want)
		}
		count[name]++
	}
	if count["a"] < 4 || count["b"] < 4 || count["a"]+count["b"] != 12 {
		t.Errorf("got %v; want each server's share, with that of the one that is gone", count)
	}
}

func TestTheProxyHoldsNothingBack(t *testing.T) {
	next := make(chan struct{})
	url := behind(t, serve(t, func(w http.ResponseWriter, r *http.Request) {
		for n := range 3 {
			fmt.Fprintf(w, "data: %d\n", n)
			w.(http.Flusher).Flush()
			<-next
		}
	}))
	reply, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	lines := bufio.NewReader(reply.Body)
	for n := range 3 {
		if got, err := lines.ReadString('\n'); got != fmt.Sprintf("data: %d\n", n) {
			t.Errorf("got %q, %v; want it before the next", got, err)
		}
		next <- struct{}{}
	}
}

func TestWhatIsCutIsCutForTheClient(t *testing.T) {
	for _, test := range []struct{ name, first string }{
		{"before the head", ""},
		{"within the head", "HTTP/1.1 200 OK\r\nContent-"},
		{"in the middle of a body", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			requests := make(chan struct{}, 10)
			go func() {
				for {
					conn, err := l.Accept()
					if err != nil {
						return
					}
					requests <- struct{}{}
					http.ReadRequest(bufio.NewReader(conn))
					io.WriteString(conn, test.first)
					conn.(*net.TCPConn).SetLinger(0)
					conn.Close()
				}
			}()
			client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: -1}} // a request that fails is not sent again
			reply, err := client.Get(behind(t, l.Addr().String()))
			if err == nil {
				var body []byte
				body, err = io.ReadAll(reply.Body)
				reply.Body.Close()
				if reply.StatusCode != http.StatusOK || err == nil {
					t.Errorf("got %d %q, %v; want a connection that is lost", reply.StatusCode, body, err)
				}
			}
			if n := len(requests); n != 1 {
				t.Errorf("got %d requests; want it sent once", n)
			}
		})
	}
}

func TestWithoutAServerTheProxyClosesTheConnection(t *testing.T) {
	for name, addresses := range map[string][]string{"none runs": nil, "none listens": {nowhere(t), nowhere(t)}} {
		if reply, err := http.Get(behind(t, addresses...)); err == nil {
			t.Errorf("%s: got status %d; want a connection that is lost", name, reply.StatusCode)
		}
	}
}

func TestWebSocketsPassTheProxy(t *testing.T) {
	url := behind(t, serve(t, func(w http.ResponseWriter, r *http.Request) {
		conn, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer conn.CloseNow()
		kind, text, err := conn.Read(r.Context())
		if err == nil {
			conn.Write(r.Context(), kind, append(text, " too"...))
		}
		conn.Close(4000, "enough")
	}))
	ctx := context.Background()
	conn, _, err := websocket.Dial(ctx, url, &websocket.DialOptions{HTTPHeader: http.Header{"Origin": {url}}})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	conn.Write(ctx, websocket.MessageText, []byte("you"))
	if _, text, err := conn.Read(ctx); string(text) != "you too" {
		t.Errorf("got %q, %v; want the reply", text, err)
	}
	var closed websocket.CloseError
	if _, _, err := conn.Read(ctx); !errors.As(err, &closed) || closed.Code != 4000 || closed.Reason != "enough" {
		t.Errorf("got %v; want the close code and its reason", err)
	}
}
