package play

import (
	"bufio"
	"encoding/base64"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/coder/websocket"

	"eventsource-playground/scenario"
	"eventsource-playground/server/refuse"
)

// handshake is a request for a WebSocket (RFC 6455, 4.2.1).
type handshake struct {
	key string
	ids bool // each message is to be a JSON object: {"id":…,"event":…,"data":…}
}

const socketVersion = "13"

// knownToSocket are the parameters of /ws beside those of /sse. A page can't give a WebSocket's request a header.
var knownToSocket = []string{"ids", "last-event-id"}

// OwnWebSocket refuses a request that is not for a WebSocket of this server's own page. what begins the sentence.
func OwnWebSocket(r *http.Request, what string) *refuse.Refusal {
	// Browsers send Origin with every WebSocket. Whoever sends none is no page.
	origin, err := url.Parse(r.Header.Get("Origin"))
	if err != nil || origin.Host == "" || !strings.EqualFold(origin.Host, r.Host) || r.TLS != nil && origin.Scheme != "https" {
		return refuse.New(http.StatusForbidden, "%s is for this server's own page: Origin must be that of %s.", what, refuse.Quote(r.Host))
	}
	if !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		return refuse.New(http.StatusUpgradeRequired, "%s is a WebSocket: open one.", what)
	}
	return nil
}

// parseHandshake reads a request for a WebSocket, or says what to change. What it returns is the request for the same stream as
// an EventSource would make it.
func (s *Streams) parseHandshake(r *http.Request) (*handshake, *http.Request, *refuse.Refusal) {
	if refused := OwnWebSocket(r, "What is at /ws"); refused != nil {
		return nil, nil, refused
	}
	shake := &handshake{key: r.Header.Get("Sec-WebSocket-Key")}
	if r.Method != http.MethodGet || r.Header.Get("Sec-WebSocket-Version") != socketVersion || !asksToUpgrade(r.Header) {
		return nil, nil, refuse.New(http.StatusUpgradeRequired,
			"This is no WebSocket's handshake: send GET with Connection: Upgrade and Sec-WebSocket-Version: %s, as RFC 6455 says.", socketVersion)
	}
	if key, err := base64.StdEncoding.DecodeString(shake.key); err != nil || len(key) != 16 || len(r.Header["Sec-Websocket-Key"]) != 1 {
		return nil, nil, refuse.Bad("Sec-WebSocket-Key", shake.key, "16 random bytes in base64, once")
	}
	given, refused := parameters(r.URL.RawQuery, s.limits, knownToSocket)
	if refused != nil {
		return nil, nil, refused
	}
	switch ids := given["ids"]; ids {
	case "", "0":
	case "1":
		shake.ids = true
	default:
		return nil, nil, refuse.Bad("ids", ids, `1 for messages such as {"id":"7","event":"tick","data":"…"}, or leave it out`)
	}
	last := given["last-event-id"]
	if strings.ContainsAny(last, "\r\n\x00") {
		return nil, nil, refuse.Bad("last-event-id", last, "an id without line breaks and U+0000")
	}

	same, address := *r, *r.URL
	address.RawQuery = without(address.RawQuery, knownToSocket...)
	same.URL = &address
	if last != "" {
		same.Header = r.Header.Clone()
		same.Header.Set("Last-Event-ID", last)
	}
	return shake, &same, nil
}

func asksToUpgrade(header http.Header) bool {
	for _, value := range header["Connection"] {
		for token := range strings.SplitSeq(value, ",") {
			if strings.EqualFold(strings.TrimSpace(token), "upgrade") {
				return true
			}
		}
	}
	return false
}

// accept makes the response to the handshake, with those of the head's headers that are about a response without a body.
func (h *handshake) accept(head *scenario.Head, p *page) (wire string, ws *websocket.Conn, err error) {
	a := &accepting{header: http.Header{}, page: p}
	for _, line := range head.Header {
		if !slices.Contains([]string{"Cache-Control", "Content-Language", "Content-Type", "X-Accel-Buffering"}, line.Name) {
			a.header.Add(line.Name, line.Value)
		}
	}
	ws, err = websocket.Accept(a, &http.Request{
		Method: http.MethodGet, ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{
			"Connection": {"Upgrade"}, "Upgrade": {"websocket"}, "Sec-Websocket-Version": {socketVersion}, "Sec-Websocket-Key": {h.key},
		},
	}, &websocket.AcceptOptions{OnPingReceived: p.pinged, OnPongReceived: p.ponged})
	return a.wire.String(), ws, err
}

// accepting lets websocket.Accept respond where net/http has let go of the connection already: a scenario may have it wait.
type accepting struct {
	header http.Header
	wire   strings.Builder
	page   *page
}

func (a *accepting) Header() http.Header { return a.header }

func (a *accepting) WriteHeader(int) {
	a.wire.WriteString("HTTP/1.1 101 Switching Protocols\r\n")
	a.header.Write(&a.wire)
	a.wire.WriteString("\r\n")
}

func (a *accepting) Write(b []byte) (int, error) { return a.wire.Write(b) }

// Hijack's writer is for close frames.
func (a *accepting) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return a.page, bufio.NewReadWriter(a.page.reader, bufio.NewWriterSize(a.page, 128)), nil
}
