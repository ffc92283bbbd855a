// Package folder reads an embedded folder of texts of one kind, a file each.
package folder

import (
	"embed"
	"io/fs"
	"strings"
)

// Read parses all files whose names end in suffix. Their names are given without it. The files are our own, so a
// malformed one panics.
func Read[T any](files embed.FS, suffix string, parse func(name, text string) (T, error)) []T {
	names, err := fs.Glob(files, "*"+suffix)
	if err != nil {
		panic(err)
	}
	all := make([]T, len(names))
	for i, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			panic(err)
		}
		if all[i], err = parse(strings.TrimSuffix(name, suffix), string(text)); err != nil {
			panic(name + ": " + err.Error())
		}
	}
	return all
}
