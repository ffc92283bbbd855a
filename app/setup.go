package main

import (
	"iter"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"eventsource-playground/eventsource"
	"eventsource-playground/protocol"
	"eventsource-playground/trace"
)

// Setup is how the page connects: what the constructor is given, and what is listened to. The page's own address
// holds it, so a link opens the page as it was.
type Setup struct {
	URL         string   // as typed: relative or absolute
	Listen      []string // types beyond open, message and error
	Credentials bool
	Beside      int    // so many more on the same stream, at most mostBeside()
	Other       bool   // one more on it, with the other client
	Connect     bool   // connect at once; only to our own server
	End         string // data or type of the event with which a stream says that it is complete; "": as usual
	Path        string // to the text in each event's JSON that is joined

	Socket  bool // a WebSocket in place of EventSource
	Returns bool // it is reconnected by hand

	Engine  bool // the Go engine over fetch, in place of EventSource; the others are for it
	Method  string
	Headers []header
	Body    string // in no link
	Repeat  bool   // a request with a body, too
}

// header is one that is sent, unless it is off.
type header struct {
	Name, Value string
	Off         bool
}

// firstSetup is what a new visitor finds: the classic stream.
func firstSetup() Setup { return presets[0].setup() }

// mostBeside is how many a visitor may open beside the one: twice as many in all as HTTP/1.1 has connections, and over https a
// few more than HTTP/2 has streams on one.
func mostBeside() int {
	if isSecure() {
		return trace.Streams + 4
	}
	return 2*trace.Connections - 1
}

// parseSetup reads the page's query: url, listen, credentials, beside, connect, client, return, method, header, repeat, text and end. A query without url is the first set-up.
func parseSetup(query url.Values) Setup {
	s := firstSetup()
	if query.Has("url") {
		s = Setup{URL: query.Get("url")}
	}
	if query.Has("listen") {
		s.Listen = nil
		for _, name := range strings.Split(query.Get("listen"), ",") {
			if unescaped, err := url.PathUnescape(name); err == nil {
				name = unescaped
			}
			s.add(name)
		}
	}
	s.Credentials = isOn(query.Get("credentials"))
	if n, err := strconv.Atoi(query.Get("beside")); err == nil && 0 < n && n <= mostBeside() {
		s.Beside = n
	}
	s.Other = query.Get("beside") == besideOther
	s.Connect = isOn(query.Get("connect"))
	s.Path, s.End = query.Get("text"), query.Get("end")
	s.Socket = query.Get("client") == clientSocket
	s.Returns = s.Socket && isOn(query.Get("return"))
	s.Engine = query.Get("client") == clientGo
	if s.Engine {
		s.Method, s.Repeat = query.Get("method"), isOn(query.Get("repeat"))
		for _, line := range query["header"] {
			name, value, _ := strings.Cut(line, ":")
			s.Headers = append(s.Headers, header{Name: strings.TrimSpace(name), Value: strings.TrimSpace(value)})
		}
	}
	return s
}

// What a link says of the clients.
const (
	clientGo     = "go"    // client=
	clientSocket = "ws"    // client=
	besideOther  = "other" // beside=
)

func isOn(v string) bool { return v == "1" || v == "true" }

// Query is the set-up as parseSetup reads it, without secrets, a body and what is off. A comma or a percent sign in a listener's name
// is escaped once more.
func (s Setup) Query() string {
	q := "url=" + escapeQuery(withoutSecrets(s.URL, ""))
	names := make([]string, len(s.Listen))
	for i, name := range s.Listen {
		names[i] = strings.ReplaceAll(strings.ReplaceAll(name, "%", "%25"), ",", "%2C")
	}
	q += "&listen=" + escapeQuery(strings.Join(names, ","))
	if s.Credentials {
		q += "&credentials=1"
	}
	if s.Beside > 0 {
		q += "&beside=" + strconv.Itoa(s.Beside)
	} else if s.Other {
		q += "&beside=" + besideOther
	}
	q += s.requestQuery("")
	if s.Path != "" {
		q += "&text=" + escapeQuery(s.Path)
	}
	if s.End != "" {
		q += "&end=" + escapeQuery(s.End)
	}
	if s.Connect {
		q += "&connect=1"
	}
	return q
}

// requestQuery is what a link says of the engine's request, with something else in place of secrets.
func (s Setup) requestQuery(instead string) string {
	switch {
	case s.Returns:
		return "&client=" + clientSocket + "&return=1"
	case s.Socket:
		return "&client=" + clientSocket
	case !s.Engine:
		return ""
	}
	q := "&client=" + clientGo
	if s.method() != "GET" {
		q += "&method=" + escapeQuery(s.Method)
	}
	for h := range s.sent() {
		value := h.Value
		if protocol.LooksSecret(h.Name) {
			value = instead
			if scheme, _, ok := strings.Cut(h.Value, " "); ok && instead != "" && (scheme == "Bearer" || scheme == "Basic") {
				value = scheme + " " + instead
			}
		}
		q += "&header=" + escapeQuery(strings.TrimSpace(h.Name+": "+value))
	}
	if s.Repeat {
		q += "&repeat=1"
	}
	return q
}

// method is the request's: of an EventSource always GET.
func (s Setup) method() string {
	if !s.Engine || s.Method == "" {
		return "GET"
	}
	return strings.ToUpper(s.Method)
}

// connectAs has the set-up connect as a scenario says.
func (s *Setup) connectAs(c protocol.Connect) {
	s.Credentials = s.Credentials || c.Credentials
	if !c.Engine {
		return
	}
	s.Engine, s.Method, s.Headers, s.Body = true, c.Method, nil, c.Body
	for _, h := range c.Headers {
		s.Headers = append(s.Headers, header{Name: h.Name, Value: h.Value})
	}
}

// with is the set-up with what a visitor chose before of the clients, and of what they send unless it says so itself.
func (s Setup) with(before Setup) Setup {
	s.Beside, s.Other, s.Path, s.End = before.Beside, before.Other, before.Path, before.End
	if !s.Engine {
		s.Engine, s.Method, s.Headers, s.Body, s.Repeat = before.Engine, before.Method, before.Headers, before.Body, before.Repeat
		s.Socket, s.Returns = before.Socket, before.Returns
	}
	return s
}

// request is what the engine is given.
func (s Setup) request() eventsource.StreamOptions {
	o := eventsource.StreamOptions{Method: s.method(), WithCredentials: s.Credentials, Repeat: s.Repeat, Header: map[string]string{}}
	for h := range s.sent() {
		o.Header[h.Name] = h.Value
	}
	if s.hasBody() {
		o.Body = []byte(s.Body)
	}
	return o
}

// sent are the headers that are sent: those that are on and have a name.
func (s Setup) sent() iter.Seq[header] {
	return func(yield func(header) bool) {
		for _, h := range s.Headers {
			if !h.Off && h.Name != "" && !yield(h) {
				return
			}
		}
	}
}

// hasBody reports whether the method is one that has.
func (s Setup) hasBody() bool { return s.Engine && s.method() != "GET" && s.method() != "HEAD" }

// add adds a type to listen to and reports whether it was new. The three that are always listened to are not.
func (s *Setup) add(name string) bool {
	if name == "" || slices.Contains(always, name) || slices.Contains(s.Listen, name) {
		return false
	}
	s.Listen = append(slices.Clone(s.Listen), name)
	return true
}

// without is the set-up with one type less to listen to.
func (s Setup) without(name string) Setup {
	s.Listen = slices.DeleteFunc(slices.Clone(s.Listen), func(n string) bool { return n == name })
	return s
}

// types are all that a source listens to.
func (s Setup) types() []string { return append(slices.Clone(always), s.Listen...) }

func (s Setup) listens(typ string) bool {
	return slices.Contains(always, typ) || slices.Contains(s.Listen, typ)
}

// always are the types that every source of this page listens to.
var always = []string{"open", "error", "message"}

// checkListener says what is wrong with a name to listen to, or nothing.
func checkListener(name string, listen []string) string {
	switch {
	case name == "":
		return say("Type the event's name first, as the server writes it after event:")
	case strings.ContainsAny(name, "\r\n"):
		return say("An event's name is one line: remove the line break.")
	case slices.Contains(always, name):
		return fill(say("{name} is listened to already, always."), "{name}", name)
	case slices.Contains(listen, name):
		return fill(say("{name} is listened to already."), "{name}", isolated(name, 200))
	}
	return ""
}
