package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"

	"eventsource-playground/server/refuse"
)

// notBuilt is what a server says that was built without the page.
const notBuilt = "app.wasm is not built: run make wasm"

// assets serves the files that web/pack made, each in the form that the client accepts.
type assets struct {
	fs     fs.FS
	files  map[string]asset // by URL path without the leading slash
	policy string           // Content-Security-Policy
}

// asset is one file.
type asset struct {
	contentType string
	forms       []form // the smallest first; the last is the file itself
}

// form is one way to send an asset.
type form struct {
	name     string // in the file system
	encoding string // its Content-Encoding
	etag     string // another one for each form: RFC 9110, 8.8.3.3
	size     int64
	content  []byte // nil: in the file
}

// suffixes are those that web/pack gives to compressed forms, the smallest first.
var suffixes = []struct{ suffix, encoding string }{{".br", "br"}, {".gz", "gzip"}, {"", "identity"}}

var contentTypes = map[string]string{
	".css":         "text/css; charset=utf-8",
	".html":        "text/html; charset=utf-8",
	".js":          "text/javascript; charset=utf-8",
	".json":        "application/json",
	".png":         "image/png",
	".svg":         "image/svg+xml",
	".wasm":        "application/wasm", // or WebAssembly.instantiateStreaming refuses it
	".webmanifest": "application/manifest+json",
}

func newAssets(fsys fs.FS) (*assets, error) {
	a := &assets{fs: fsys, files: map[string]asset{}}
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		contentType, wanted := contentTypes[path.Ext(name)]
		if err != nil || entry.IsDir() || !wanted {
			return err
		}
		file := asset{contentType: contentType}
		for _, s := range suffixes {
			form, err := newForm(fsys, name+s.suffix, s.encoding)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return err
			}
			file.forms = append(file.forms, form)
		}
		a.files[name] = file
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("assets: %w", err)
	}
	index := ""
	if a.built() {
		content, err := fs.ReadFile(fsys, "index.html")
		if err != nil {
			return nil, fmt.Errorf("assets: %w", err)
		}
		index = string(content)
	}
	a.policy = policyFor(index)
	return a, nil
}

func newForm(fsys fs.FS, name, encoding string) (form, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return form{}, err
	}
	defer f.Close()
	hash := sha256.New()
	size, err := io.Copy(hash, f)
	return form{name: name, encoding: encoding, etag: fmt.Sprintf(`"%x"`, hash.Sum(nil)[:12]), size: size}, err
}

func (a *assets) built() bool {
	_, ok := a.files["index.html"]
	return ok
}

func (a *assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.serve(w, r, strings.TrimPrefix(r.URL.Path, "/"))
}

// as serves one file, whatever the path.
func (a *assets) as(name string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { a.serve(w, r, name) })
}

// page serves index.html, or says how to build it.
func (a *assets) page() http.Handler {
	if a.built() {
		return a.as("index.html")
	}
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprintf(w, "<!doctype html>\n<html lang=\"en\">\n<title>EventSource Playground</title>\n<h1>%s</h1>\n"+
			"<p>The stream at <a href=\"/sse\">/sse</a> works all the same.</p>\n", notBuilt)
	})
}

func (a *assets) serve(w http.ResponseWriter, r *http.Request, name string) {
	file, ok := a.files[name]
	switch {
	case !ok && !a.built():
		refuse.New(http.StatusServiceUnavailable, "%s.", notBuilt).Write(w)
		return
	case !ok:
		notFound(w, r)
		return
	}
	file.serve(w, r, a.fs)
}

func (a asset) serve(w http.ResponseWriter, r *http.Request, fsys fs.FS) {
	header := w.Header()
	header.Set("Vary", "Accept-Encoding")
	form, ok := a.accepted(r.Header.Values("Accept-Encoding"))
	if !ok {
		refuse.New(http.StatusNotAcceptable, "Accept-Encoding leaves nothing to send: accept br, gzip or identity.").Write(w)
		return
	}
	// no-cache is "keep it, but revalidate each time": the response is a 304 of a few bytes, and a new build shows at once.
	header.Set("Cache-Control", "no-cache")
	header.Set("ETag", form.etag)
	if matches(r.Header.Values("If-None-Match"), form.etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	header.Set("Content-Type", a.contentType)
	header.Set("Content-Length", strconv.FormatInt(form.size, 10))
	if form.encoding != "identity" {
		header.Set("Content-Encoding", form.encoding)
	}
	if r.Method == http.MethodHead {
		return
	}
	if form.content != nil {
		w.Write(form.content) // fails when the client left
		return
	}
	f, err := fsys.Open(form.name)
	if err != nil {
		panic(err) // it was there at the start, in this same binary
	}
	defer f.Close()
	io.Copy(w, f) // fails when the client left
}

// accepted chooses the form for an Accept-Encoding header (RFC 9110, 12.5.3): the one with the highest weight, of
// those the smallest.
func (a asset) accepted(header []string) (best form, ok bool) {
	weights := acceptedEncodings(header)
	highest := 0.0
	for _, form := range a.forms {
		weight, named := weights[form.encoding]
		if !named {
			weight, named = weights["*"]
		}
		if !named && form.encoding == "identity" {
			weight = 1e-9 // acceptable unless refused, but only when nothing else is
		}
		if weight > highest {
			best, highest, ok = form, weight, true
		}
	}
	return best, ok
}

// acceptedEncodings returns the weight of each coding that the header names. One that can't be read is refused.
func acceptedEncodings(header []string) map[string]float64 {
	weights := map[string]float64{}
	for element := range strings.SplitSeq(strings.Join(header, ","), ",") {
		coding, parameter, weighted := strings.Cut(element, ";")
		coding = strings.ToLower(strings.TrimSpace(coding))
		if coding == "" {
			continue
		}
		if coding == "x-gzip" {
			coding = "gzip"
		}
		weight := 1.0
		if weighted {
			_, q, _ := strings.Cut(parameter, "=")
			weight, _ = strconv.ParseFloat(strings.TrimSpace(q), 64)
		}
		weights[coding] = weight
	}
	return weights
}

// matches reports whether an If-None-Match header names etag (RFC 9110, 13.1.2). W/ makes no difference there.
func matches(header []string, etag string) bool {
	for element := range strings.SplitSeq(strings.Join(header, ","), ",") {
		element = strings.TrimSpace(element)
		if element == "*" || strings.TrimPrefix(element, "W/") == etag {
			return true
		}
	}
	return false
}
