package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/andybalholm/brotli"
)

// form is a compressed form of a file, kept beside it under the file's name and the form's suffix.
type form struct {
	suffix string
	writer func(io.Writer) (io.WriteCloser, error)
}

var (
	brotlied = form{".br", func(w io.Writer) (io.WriteCloser, error) {
		return brotli.NewWriterLevel(w, brotli.BestCompression), nil
	}}
	gzipped = form{".gz", func(w io.Writer) (io.WriteCloser, error) {
		return gzip.NewWriterLevel(w, gzip.BestCompression)
	}}
)

// writeAll makes folder hold the files, these forms of them and, .gitignore apart, nothing that has no file.
func writeAll(folder string, files map[string][]byte, forms ...form) error {
	var wait sync.WaitGroup
	errs := make(chan error, len(files))
	keep := []string{filepath.Join(folder, ".gitignore")}
	for name, content := range files {
		path := filepath.Join(folder, filepath.FromSlash(name))
		keep = append(keep, path, path+brotlied.suffix, path+gzipped.suffix)
		wait.Go(func() { errs <- writeForms(path, content, forms) })
	}
	wait.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			return err
		}
	}
	return filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || slices.Contains(keep, path) {
			return err
		}
		return os.Remove(path)
	})
}

// writeForms writes content to path and its forms beside it. A form that is there already and belongs to the same
// content is left alone: brotli needs half a minute for app.wasm.
func writeForms(path string, content []byte, forms []form) error {
	old, err := os.ReadFile(path)
	same := err == nil && bytes.Equal(old, content)
	if !same {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		// Forms go first and come last: whenever this is interrupted, a form that exists is its file's own.
		for _, form := range []form{brotlied, gzipped} {
			if err := os.Remove(path + form.suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	// Written even if it is the same: make looks at the time.
	if err := replace(path, content); err != nil {
		return err
	}
	for _, form := range forms {
		if _, err := os.Stat(path + form.suffix); err == nil {
			continue
		}
		compressed, err := form.of(content)
		if err != nil {
			return fmt.Errorf("%s%s: %w", path, form.suffix, err)
		}
		if len(compressed) >= len(content) {
			continue
		}
		if err := replace(path+form.suffix, compressed); err != nil {
			return err
		}
	}
	return nil
}

func (f form) of(content []byte) ([]byte, error) {
	var compressed bytes.Buffer
	w, err := f.writer(&compressed)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(content); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return compressed.Bytes(), nil
}

// replace writes a file whole or not at all.
func replace(path string, content []byte) error {
	if err := os.WriteFile(path+".tmp", content, 0o644); err != nil {
		return err
	}
	return os.Rename(path+".tmp", path)
}
