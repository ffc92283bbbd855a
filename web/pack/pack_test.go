package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
)

func TestPackMakesAllThatThePageLoads(t *testing.T) {
	folder, program := sources(t), []byte(strings.Repeat("wasm ", 1000))
	if err := pack(folder, program, false); err != nil {
		t.Fatal(err)
	}
	made := tree(t, filepath.Join(folder, "dist"))
	for _, name := range []string{
		"index.html", "app.js", "app-worker.js", "wasm_exec.js", "manifest.webmanifest",
		"web/app.wasm", "web/reconnect.js", "web/style.css", "web/zh.json", "web/icon.svg", "web/icon-192.png", "web/icon-512.png", "web/icon-maskable.png",
	} {
		if len(made[name]) == 0 {
			t.Errorf("got no %s", name)
		}
	}
	for name, content := range made {
		var plain io.Reader
		switch filepath.Ext(name) {
		case ".br":
			plain = brotli.NewReader(bytes.NewReader(content))
		case ".gz":
			unzipped, err := gzip.NewReader(bytes.NewReader(content))
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			plain = unzipped
		default:
			continue
		}
		got, err := io.ReadAll(plain)
		if want := made[strings.TrimSuffix(name, filepath.Ext(name))]; err != nil || !bytes.Equal(got, want) {
			t.Errorf("got %d bytes, %v from %s; want the %d of its file", len(got), err, name, len(want))
		} else if len(content) >= len(want) {
			t.Errorf("got %d bytes for %s; want fewer than its file's %d", len(content), name, len(want))
		}
	}
	if got := string(made["app.js"]); !strings.Contains(got, `goappWasmContentLength = "5000"`) {
		t.Error("got no uncompressed size of app.wasm in app.js; want 5000, or the progress is wrong")
	}
	for name, content := range made {
		if bytes.Contains(content, []byte("githubusercontent")) {
			t.Errorf("got another host in %s; want everything from here", name)
		}
	}
}

func TestPackAgain(t *testing.T) {
	folder, program := sources(t), []byte(strings.Repeat("wasm ", 1000))
	dist := filepath.Join(folder, "dist")
	if err := pack(folder, program, false); err != nil {
		t.Fatal(err)
	}
	first := tree(t, dist)
	for _, test := range []struct {
		name    string
		prepare func()
		fast    bool
		check   func(made map[string][]byte)
	}{
		{"makes the same of the same", func() {}, false, func(made map[string][]byte) {
			for name, content := range made {
				if !bytes.Equal(content, first[name]) {
					t.Errorf("got another %s from the same sources", name)
				}
			}
		}},
		{"keeps a form whose file is the same", func() { put(t, dist, "web/app.wasm.br", "kept") }, false, func(made map[string][]byte) {
			if got := string(made["web/app.wasm.br"]); got != "kept" {
				t.Errorf("got app.wasm compressed again")
			}
		}},
		{"makes a form that is missing", func() { os.Remove(filepath.Join(dist, "web/app.wasm.br")) }, false, func(made map[string][]byte) {
			if !bytes.Equal(made["web/app.wasm.br"], first["web/app.wasm.br"]) {
				t.Errorf("got another form than at first")
			}
		}},
		{"leaves nothing of before", func() { put(t, dist, "web/old.js", "old") }, false, func(made map[string][]byte) {
			if _, ok := made["web/old.js"]; ok {
				t.Error("got old.js still there")
			}
			if _, ok := made[".gitignore"]; !ok {
				t.Error("got no .gitignore; want it kept, or a fresh clone does not compile")
			}
		}},
		{"without brotli drops what is stale, and looks old to make",
			func() { program = []byte(strings.Repeat("changed ", 500)) }, true, func(made map[string][]byte) {
				if _, ok := made["web/app.wasm.br"]; ok {
					t.Error("got the form of another content")
				}
				if _, ok := made["web/style.css.br"]; !ok {
					t.Error("got no style.css.br; want it kept, since style.css is the same")
				}
				if bytes.Equal(made["web/app.wasm.gz"], first["web/app.wasm.gz"]) {
					t.Error("got the gzip of before")
				}
				if info, err := os.Stat(filepath.Join(dist, "index.html")); err != nil || info.ModTime().Unix() != 0 {
					t.Errorf("got %v, %v; want a time that makes make pack again", info.ModTime(), err)
				}
				if bytes.Equal(made["app-worker.js"], first["app-worker.js"]) {
					t.Error("got the worker of before; want another version in it")
				}
			}},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.prepare()
			if err := pack(folder, program, test.fast); err != nil {
				t.Fatal(err)
			}
			test.check(tree(t, dist))
		})
	}
}

// sources is a folder like web.
func sources(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	for _, name := range []string{"icon.svg", "index.html", "reconnect.js", "style.css", "worker.js"} {
		content, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Fatal(err)
		}
		put(t, folder, name, string(content))
	}
	put(t, folder, "dist/.gitignore", "*")
	return folder
}

func put(t *testing.T, folder, name, content string) {
	t.Helper()
	path := filepath.Join(folder, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// tree reads all files under folder.
func tree(t *testing.T, folder string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := fs.WalkDir(os.DirFS(folder), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		files[name], err = os.ReadFile(filepath.Join(folder, name))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
