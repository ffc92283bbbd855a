// Package web holds everything that a browser loads, inside the binary.
package web

import (
	"embed"
	"io/fs"
)

// The folder is filled by web/pack (make wasm) and empty but for .gitignore in a fresh clone: "all:" lets that compile.
//
//go:embed all:dist
var dist embed.FS

// Files returns the page's files by their URL path without the leading slash: index.html, app.js, web/app.wasm, …
// Beside a file stand its compressed forms, where they are smaller: web/app.wasm.br and web/app.wasm.gz.
// Before make wasm there is no index.html.
func Files() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // only for a path that is no path
	}
	return files
}
