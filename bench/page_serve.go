package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"mime"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/web"
)

//go:embed pages
var pages embed.FS

// references serves what our page is compared with, compressed and with the caching headers of our own server: go-app's
// hello world at /, and the files in pages. From a second origin it serves the streams that are faster than our
// server's limits let it be: their bytes are the same for all pages.
type references struct {
	pages, streams string // http://127.0.0.1:port
	files          map[string]file
	safety         http.Header // our server's
}

// file is a file as it goes over the wire.
type file struct {
	contentType, etag string
	compressed        []byte
}

// serveReferences serves until ctx ends. Of the headers of our page they have those that a page of any server could have:
// Cross-Origin-Opener-Policy puts a page into a process of its own, whose start is part of its first paint.
func serveReferences(ctx context.Context, ours http.Header) (*references, error) {
	r := &references{files: map[string]file{}, safety: http.Header{}}
	for _, name := range []string{"Cross-Origin-Opener-Policy", "Referrer-Policy", "X-Content-Type-Options"} {
		r.safety[name] = ours[name]
	}
	for _, name := range []string{"bare.html", "innerhtml.html", "parser.html", "static.html"} {
		content, err := pages.ReadFile("pages/" + name)
		if err != nil {
			return nil, err
		}
		r.add(name, brotlied(content))
	}
	if err := r.addHello(ctx); err != nil {
		return nil, err
	}
	if err := r.addParser(ctx); err != nil {
		return nil, err
	}
	for handler, address := range map[*http.Server]*string{
		{Handler: http.HandlerFunc(r.serveFile)}: &r.pages,
		{Handler: http.HandlerFunc(serveStream)}: &r.streams,
	} {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		*address = "http://" + listener.Addr().String()
		context.AfterFunc(ctx, func() { handler.Close() })
		go handler.Serve(listener)
	}
	return r, nil
}

// hello is what bench/hello shows, for go-app to write its page.
type hello struct{ app.Compo }

func (h *hello) Render() app.UI { return app.H1().Text("Hello World!") }

// addHello adds go-app's hello world: its page as go-app makes it, its program built as ours is.
func (r *references) addHello(ctx context.Context) error {
	wasm, compressed, err := buildHello(ctx)
	if err != nil {
		return err
	}
	r.add("web/app.wasm", compressed)
	const icon = "/web/icon.svg" // ours: go-app's own are on another host
	svg, err := fs.ReadFile(web.Files(), icon[1:])
	if err != nil {
		return fmt.Errorf("%w: run make wasm", err)
	}
	r.add(icon[1:], brotlied(svg))

	app.Route("/", func() app.Composer { return &hello{} })
	handler := &app.Handler{
		Name: "Hello", Description: "An Hello World! example", Version: "1",
		Icon:              app.Icon{Default: icon, Large: icon, SVG: icon, Maskable: icon},
		WasmContentLength: strconv.Itoa(len(wasm)),
		// go-app's own worker loads everything once more, beside the page, unseen by the tools that slow down and count.
		ServiceWorkerTemplate: `self.addEventListener("install", () => self.skipWaiting());`,
	}
	for _, name := range []string{"", "app.css", "app.js", "app-worker.js", "manifest.webmanifest", "wasm_exec.js"} {
		reply := httptest.NewRecorder()
		handler.ServeHTTP(reply, httptest.NewRequest(http.MethodGet, "/"+name, nil))
		if reply.Code != http.StatusOK {
			return fmt.Errorf("go-app answered %d for /%s", reply.Code, name)
		}
		r.add(name, brotlied(reply.Body.Bytes()))
	}
	return nil
}

// buildHello builds bench/hello. Its compressed form takes half a minute, so it is kept, beside it, for the next run.
func buildHello(ctx context.Context) (wasm, compressed []byte, err error) {
	const name = "bin/hello.wasm"
	old, _ := os.ReadFile(name)
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", name, "./bench/hello")
	build.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	if said, err := build.CombinedOutput(); err != nil {
		return nil, nil, fmt.Errorf("%v: %w\n%s", build, err, said)
	}
	if wasm, err = os.ReadFile(name); err != nil {
		return nil, nil, err
	}
	if compressed, err = os.ReadFile(name + ".br"); err == nil && bytes.Equal(old, wasm) {
		return wasm, compressed, nil
	}
	compressed = brotlied(wasm)
	return wasm, compressed, os.WriteFile(name+".br", compressed, 0o644)
}

// addParser adds the modules of npm's eventsource-parser, in a fixed version. It is kept in bin for the next run.
func (r *references) addParser(ctx context.Context) error {
	const folder, name, dist = "bin/npm", "eventsource-parser@4.1.3", "/node_modules/eventsource-parser/dist/"
	if _, err := os.Stat(folder + dist); err != nil {
		install := exec.CommandContext(ctx, "npm", "install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", folder, name)
		if said, err := install.CombinedOutput(); err != nil {
			return fmt.Errorf("%s, which the Go engine is compared with: %w\n%s", name, err, said)
		}
	}
	modules, err := filepath.Glob(folder + dist + "*.js")
	for _, module := range modules {
		content, err := os.ReadFile(module)
		if err != nil {
			return err
		}
		r.add("eventsource-parser/"+filepath.Base(module), brotlied(content))
	}
	return err
}

// brotlied compresses as web/pack does.
func brotlied(content []byte) []byte {
	var b bytes.Buffer
	w := brotli.NewWriterLevel(&b, brotli.BestCompression)
	w.Write(content) // a Buffer takes all
	w.Close()
	return b.Bytes()
}

func (r *references) add(name string, compressed []byte) {
	contentType := "text/html; charset=utf-8"
	switch ext := path.Ext(name); ext {
	case "", ".html":
	case ".webmanifest":
		contentType = "application/manifest+json"
	default:
		contentType = mime.TypeByExtension(ext)
	}
	r.files[name] = file{contentType, fmt.Sprintf(`"%x"`, sha256.Sum256(compressed))[:26] + `"`, compressed}
}

func (r *references) serveFile(w http.ResponseWriter, request *http.Request) {
	file, ok := r.files[strings.TrimPrefix(request.URL.Path, "/")]
	if !ok {
		http.NotFound(w, request)
		return
	}
	header := w.Header()
	maps.Copy(header, r.safety)
	header.Set("Vary", "Accept-Encoding")
	header.Set("Cache-Control", "no-cache")
	header.Set("ETag", file.etag)
	if request.Header.Get("If-None-Match") == file.etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	header.Set("Content-Type", file.contentType)
	header.Set("Content-Encoding", "br")
	header.Set("Content-Length", strconv.Itoa(len(file.compressed)))
	w.Write(file.compressed) // fails when the browser left
}

// eventBytes is the length of one event of a stream, as it goes over the wire.
const eventBytes = 90

// event is the n-th event of a stream. Six figures of its data count.
func event(n int) string {
	id := "id: " + strconv.Itoa(n) + "\ndata: "
	data := fmt.Sprintf(`{"n":%06d,"text":"`, n)
	return id + data + strings.Repeat("-", eventBytes-len(id)-len(data)-len("\"}\n\n")) + "\"}\n\n"
}

// events are the first n, all of the same length.
func events(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = event(i)
	}
	return all
}

// serveStream sends as many events as ?n says, as fast as they are taken, and stays open.
func serveStream(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.URL.Query().Get("n"))
	if err != nil {
		http.Error(w, "n: "+err.Error(), http.StatusBadRequest)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("Cache-Control", "no-store")
	header.Set("Access-Control-Allow-Origin", "*")
	w.Write([]byte(":\n"))
	http.NewResponseController(w).Flush()
	var b bytes.Buffer
	for i := range n {
		b.WriteString(event(i))
		if b.Len() >= 64<<10 || i == n-1 {
			if _, err := w.Write(b.Bytes()); err != nil {
				return
			}
			b.Reset()
		}
	}
	http.NewResponseController(w).Flush()
	<-r.Context().Done()
}
