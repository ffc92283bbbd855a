package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"eventsource-playground/protocol"
	"eventsource-playground/scenario"
	"eventsource-playground/scenario/library"
	"eventsource-playground/server/limits"
	"eventsource-playground/server/play"
	"eventsource-playground/server/refuse"
)

// catalogue tells the page what scenarios there are.
type catalogue struct {
	second secondOrigin
	texts  map[string]asset // by file name

	mutex   sync.Mutex
	origins origins          // that lists are for: almost always the same
	lists   map[string]asset // by language
}

// origins are what a client calls this server's others.
type origins struct{ second, secure string }

func newCatalogue(second secondOrigin) *catalogue {
	c := &catalogue{second: second, texts: map[string]asset{}, lists: map[string]asset{}}
	for _, entry := range library.All() {
		c.texts[entry.Name+".txt"] = newDocument("text/plain; charset=utf-8", []byte(entry.Text))
	}
	c.texts["NOTATION.md"] = newDocument("text/plain; charset=utf-8", []byte(scenario.Notation))
	return c
}

// serve is GET /scenarios, in the language that ?lang asks for.
func (c *catalogue) serve() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.listFor(origins{c.second.of(r), c.second.secure(r)}, languageOf(r)).serve(w, r, nil)
	})
}

func (c *catalogue) listFor(o origins, code string) asset {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.origins != o {
		c.origins, c.lists = o, map[string]asset{}
	}
	list, ok := c.lists[code]
	if !ok {
		list = newList(o, code)
		c.lists[code] = list
	}
	return list
}

func newList(o origins, code string) asset {
	l := protocol.Catalogue{SecondOrigin: o.second, SecureOrigin: o.secure}
	for _, e := range library.All() {
		l.Scenarios = append(l.Scenarios, protocol.ListedScenario{
			Name: e.Name, Title: e.Title.In(code), Group: e.Group, About: e.About.In(code), Listen: e.Listen, Connect: protocol.Connect(e.Connect),
		})
	}
	return newJSON(l)
}

// serveText is GET /scenarios/NAME.txt.
func (c *catalogue) serveText() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		file := r.PathValue("file")
		text, ok := c.texts[file]
		if !ok {
			refuse.New(http.StatusNotFound, "There is no scenario %s: /scenarios lists all that there are.", refuse.Quote(strings.TrimSuffix(file, ".txt"))).Write(w)
			return
		}
		text.serve(w, r, nil)
	})
}

// serveClassic is GET /scenarios/classic.txt: what GET /sse plays with the same query, as a scenario.
func serveClassic(l limits.Limits) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, refused := play.ClassicText(r.URL.RawQuery, l)
		if refused != nil {
			refused.Write(w)
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		io.WriteString(w, text)
	})
}

// packers are for one document after the other: one of its own for each would take most of a megabyte.
var packers = sync.Pool{New: func() any {
	w, err := gzip.NewWriterLevel(nil, gzip.BestCompression)
	if err != nil {
		panic(err)
	}
	return w
}}

// newJSON is a document of strings and numbers.
func newJSON(v any) asset {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		panic(err)
	}
	return newDocument("application/json", b.Bytes())
}

// newDocument is an asset that is in no file.
func newDocument(contentType string, content []byte) asset {
	packer := packers.Get().(*gzip.Writer)
	defer packers.Put(packer)
	var packed bytes.Buffer
	packer.Reset(&packed)
	packer.Write(content) // to a buffer: nothing can fail
	packer.Close()
	tag := sha256.Sum256(content)
	return asset{contentType: contentType, forms: []form{
		{encoding: "gzip", etag: fmt.Sprintf(`"%x-gz"`, tag[:12]), size: int64(packed.Len()), content: packed.Bytes()},
		{encoding: "identity", etag: fmt.Sprintf(`"%x"`, tag[:12]), size: int64(len(content)), content: content},
	}}
}
