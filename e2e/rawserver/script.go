// Package rawserver is a server that does to a browser what no HTTP library would: it resets a connection in the
// middle of an event, holds back the headers, ends a chunked body without its last chunk, refuses connections and
// listens later. What it does is in the URL that asks for it, so a test in the page can use it as well as a test
// outside. It records every request, with its time.
//
//	GET /raw?key=K&script=S&script=S   the n-th request of key K gets the n-th script, and the last one from then on
//	GET /requests?key=K&n=2&gone=1     the requests of key K as JSON, once there are 2 and the client of 1 has gone
//	GET /continue?key=K                lets one Wait step of key K go on, now or when it comes
//	GET /port                          a new port that refuses connections: {"port":40001,"url":"http://127.0.0.1:40001"}
//	GET /listen?port=P                 serves all this on the port, from now on
//	GET /refuse?port=P                 refuses new connections there, from now on
//
// A script is a JSON list of steps. Every answer but a script's lets pages of all origins read it. A browser opens six
// connections to a port, so there are two: URL for the streams, Control for the rest, though both answer everything.
package rawserver

import (
	"encoding/json"
	"fmt"
	"net/url"
)

// Step is one thing that the server does with the connection. After the last step the connection stays open until the
// client leaves, or sends the next request on it.
type Step struct {
	Write string `json:"write,omitempty"` // these characters, as UTF-8; the response's head is the script's as well
	Hex   string `json:"hex,omitempty"`   // these bytes, in hexadecimal
	Times int    `json:"times,omitempty"` // write so often; 0 is once

	SleepMS int  `json:"sleep_ms,omitempty"`
	Wait    bool `json:"wait,omitempty"`  // until somebody asks for /continue
	Fin     bool `json:"fin,omitempty"`   // close the connection, as at the end of a program
	Reset   bool `json:"reset,omitempty"` // reset the connection, as when a cable is cut
}

// Head is a response's head, for a stream that lasts as long as its connection.
const Head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nAccess-Control-Allow-Origin: *\r\n" +
	"Cache-Control: no-store\r\nConnection: close\r\n\r\n"

// ChunkedHead is a response's head, for a stream that is written in chunks and ends with Chunk("").
const ChunkedHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nAccess-Control-Allow-Origin: *\r\n" +
	"Cache-Control: no-store\r\nTransfer-Encoding: chunked\r\n\r\n"

// Chunk is the text as a chunk of a chunked body; without a text it is the last one.
func Chunk(text string) string { return fmt.Sprintf("%x\r\n%s\r\n", len(text), text) }

// RawURL is the URL that plays the scripts, one a request, on the server at base.
func RawURL(base, key string, scripts ...[]Step) string {
	query := url.Values{"key": {key}}
	for _, script := range scripts {
		text, err := json.Marshal(script)
		if err != nil {
			panic(err) // it is made of strings, numbers and booleans
		}
		query.Add("script", string(text))
	}
	return base + "/raw?" + query.Encode()
}

// Request is what the server saw of a request for /raw.
type Request struct {
	Method string            `json:"method"`
	Target string            `json:"target"` // as it stood on the request line
	Header map[string]string `json:"header"` // by name in lower case; equal names are joined by ", "
	MS     float64           `json:"ms"`     // when its head had arrived, on the server's clock
	GoneMS float64           `json:"gone_ms,omitempty"`
}
