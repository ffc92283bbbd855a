// Pack fills web/dist with every file that a browser loads, as it goes over the wire: go-app's page and scripts, our
// style, icons and app.wasm, each with its brotli and gzip form beside it. The page is the same for everybody, so all
// of it is made here, at build time, and the server neither runs go-app nor compresses anything.
//
// Run it in the module's root, after app.wasm was built: make wasm.
package main

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"log"
	"maps"
	"os"
	"path/filepath"
	"time"

	"eventsource-playground/language"
	"eventsource-playground/web/wasm"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("pack: ")
	fast := flag.Bool("fast", false, "leave brotli out, which takes half a minute, and in what a panic prints beside names; the next run without -fast makes up for it")
	flag.Parse()
	program, err := os.ReadFile("web/app.wasm")
	if err == nil && !*fast {
		program, err = wasm.WithoutLines(program)
	}
	if err == nil {
		err = pack("web", program, *fast)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// pack reads the other sources in folder and fills folder/dist.
func pack(folder string, program []byte, fast bool) error {
	sources := map[string][]byte{}
	version := sha256.New()
	version.Write(program)
	for _, name := range []string{"icon.svg", "index.html", "reconnect.js", "style.css", "worker.js"} {
		content, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			return err
		}
		sources[name] = content
		fmt.Fprintf(version, "%s %d\n%s", name, len(content), content)
	}
	words := map[string][]byte{}
	for _, l := range language.All[1:] {
		merged, err := mergeWords(filepath.Join(folder, ".."), l.Code)
		if err != nil {
			return err
		}
		version.Write(merged)
		words["web/"+l.Code+".json"] = merged
	}

	files, err := goapp{
		version:  fmt.Sprintf("%x", version.Sum(nil)[:10]),
		worker:   string(sources["worker.js"]),
		wasmSize: len(program),
	}.files()
	if err != nil {
		return err
	}
	if err := addIcons(files, sources["icon.svg"]); err != nil {
		return err
	}
	maps.Copy(files, words)
	files["index.html"] = sources["index.html"]
	files["web/app.wasm"] = program
	files["web/reconnect.js"] = sources["reconnect.js"]
	files["web/style.css"] = sources["style.css"]

	dist := filepath.Join(folder, "dist")
	if !fast {
		return writeAll(dist, files, brotlied, gzipped)
	}
	if err := writeAll(dist, files, gzipped); err != nil {
		return err
	}
	// Old on purpose: make takes this file for the whole of dist, which is not complete.
	return os.Chtimes(filepath.Join(dist, "index.html"), time.Time{}, time.Unix(0, 0))
}
