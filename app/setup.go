package main

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Setup is how the page connects: what the constructor is given, and what is listened to. The page's own address
// holds it, so a link opens the page as it was.
type Setup struct {
	URL         string   // as typed: relative or absolute
	Listen      []string // types beyond open, message and error
	Credentials bool
	Beside      int  // so many more EventSources on the same stream, at most mostBeside
	Connect     bool // connect at once; only to our own server
}

// firstSetup is what a new visitor finds: the classic stream.
func firstSetup() Setup { return presets[0].setup() }

// mostBeside is how many a visitor may open beside the one: twice as many in all as HTTP/1.1 has connections.
const mostBeside = 11

// parseSetup reads the page's query: url, listen, credentials, beside and connect. A query without url is the first set-up.
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
	if n, err := strconv.Atoi(query.Get("beside")); err == nil && 0 < n && n <= mostBeside {
		s.Beside = n
	}
	s.Connect = isOn(query.Get("connect"))
	return s
}

func isOn(v string) bool { return v == "1" || v == "true" }

// Query is the set-up as parseSetup reads it. A comma or a percent sign in a name is escaped once more.
func (s Setup) Query() string {
	q := "url=" + escapeQuery(s.URL)
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
	}
	if s.Connect {
		q += "&connect=1"
	}
	return q
}

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
