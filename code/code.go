// Package code writes what is set up in the page as programs to take away: clients of a stream, and servers that send the
// events of a scenario. What a program says is ours; what a visitor or a link says is a literal in it.
package code

import (
	"embed"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"text/template"

	"eventsource-playground/code/quote"
	"eventsource-playground/language"
	"eventsource-playground/protocol"
	"eventsource-playground/sse"
)

// The programs that there are.
const (
	EventSource = "eventsource" // JavaScript, for a page
	Fetch       = "fetch"       // JavaScript, for a page or Node
	Go          = "go"          // with package eventsource
	Curl        = "curl"        // for a POSIX shell
	ServerGo    = "server-go"
	ServerNode  = "server-node"
)

// Setup is what a client sends and listens to.
type Setup struct {
	URL         string   // absolute, of HTTP
	Listen      []string // types beyond message, which is always listened to; for EventSource only
	Credentials bool
	Method      string // "": GET
	Headers     []Header
	Repeat      bool // a request with a body is sent again when its connection is lost
}

// Header is one that is sent. Where a name is given twice, in whatever case, the last one is.
type Header struct{ Name, Value string }

var accept = Header{"Accept", "text/event-stream"}

// client is what the template of a client is given.
type client struct {
	Setup
	voice
}

// Client is a program of that kind, or an error: one sentence that says what to change.
func Client(kind string, s Setup, in *language.Language) (string, error) {
	if !slices.Contains([]string{EventSource, Fetch, Go, Curl}, kind) {
		return "", errors.New("there is no program of this name")
	}
	if err := s.tidy(); err != nil {
		return "", err
	}
	return run(kind, client{s, voiceOf(in)}), nil
}

// tidy checks a Setup, and fills in what a client sends by itself.
func (s *Setup) tidy() error {
	scheme, _, _ := strings.Cut(strings.ToLower(s.URL), "://")
	if scheme != "http" && scheme != "https" {
		return errors.New("the address must begin with http:// or https://")
	}
	s.URL = escaped(s.URL)
	if s.Method == "" {
		s.Method = "GET"
	}
	if !sse.IsToken(s.Method) {
		return errors.New("the method is not one: it consists of letters, such as POST")
	}
	s.Method = strings.ToUpper(s.Method)
	var once []Header
	for _, h := range append([]Header{accept}, s.Headers...) {
		if !sse.IsToken(h.Name) {
			return errors.New("a header's name consists of letters, digits and hyphens")
		}
		if strings.ContainsFunc(h.Value, func(r rune) bool { return r != '\t' && r < ' ' || r > '~' }) {
			return errors.New("a header's value consists of printable ASCII")
		}
		h.Value = strings.TrimSpace(h.Value)
		same := func(other Header) bool { return strings.EqualFold(other.Name, h.Name) }
		once = append(slices.DeleteFunc(once, same), h)
	}
	s.Headers = once
	return nil
}

// escaped is a URL in which all that is no printable ASCII is escaped, as browsers do.
func escaped(url string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for _, c := range []byte(url) {
		if c <= ' ' || c > '~' {
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// HasBody reports whether the method is one that has.
func (s Setup) HasBody() bool { return s.Method != "GET" && s.Method != "HEAD" }

// Own are the headers beyond what every client sends.
func (s Setup) Own() []Header {
	if s.Headers[0] == accept {
		return s.Headers[1:]
	}
	return s.Headers
}

// Beyond reports whether the request is one that an EventSource cannot send.
func (s Setup) Beyond() bool { return s.Method != "GET" || len(s.Own()) > 0 }

// HasSecret reports whether a secret is to be filled in.
func (s Setup) HasSecret() bool {
	return strings.Contains(s.URL, protocol.Placeholder) ||
		slices.ContainsFunc(s.Headers, func(h Header) bool { return strings.Contains(h.Value, protocol.Placeholder) })
}

// OwnCertificate reports whether the server is this machine's and over https: it has probably made its certificate itself.
func (s Setup) OwnCertificate() bool {
	scheme, rest, _ := strings.Cut(strings.ToLower(s.URL), "://")
	host := rest[:strings.IndexAny(rest+"/", "/?#")]
	for _, name := range []string{"localhost", "127.0.0.1", "[::1]"} {
		if scheme == "https" && (host == name || strings.HasPrefix(host, name+":")) {
			return true
		}
	}
	return false
}

// HasType reports whether a Content-Type is sent.
func (s Setup) HasType() bool {
	return slices.ContainsFunc(s.Headers, func(h Header) bool { return strings.EqualFold(h.Name, "Content-Type") })
}

//go:embed *.tmpl *.json
var files embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{"js": quote.JS, "go": quote.Go, "sh": quote.Shell}).ParseFS(files, "*.tmpl"))

// run is what a template makes of data, which it reads only.
func run(kind string, data any) string {
	var b strings.Builder
	if err := templates.ExecuteTemplate(&b, kind+".tmpl", data); err != nil {
		panic(err) // it is ours
	}
	return b.String()
}

// voice says what comments say in a language.
type voice struct{ words map[string]string }

func voiceOf(in *language.Language) (v voice) {
	if in != language.English {
		text, err := files.ReadFile(in.Code + ".json")
		if err == nil {
			err = json.Unmarshal(text, &v.words)
		}
		if err != nil {
			panic(err) // a test reads all of them
		}
	}
	return v
}

// Say is a text in the language.
func (v voice) Say(text string) string {
	if said, ok := v.words[text]; ok {
		return said
	}
	return text
}
