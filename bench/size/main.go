// Size tells what fills app.wasm: what each package's functions, and each table that Go adds, weigh over the wire.
// Beside it stands the same of go-app's hello world, which can't be helped.
//
//	go run ./bench/size app.wasm hello.wasm [package]
//
// With a package, it lists its functions instead of all packages. Each group is compressed by itself, with brotli at
// quality 9, so what it has in common with others is counted for both: the sum is more than the file, and a group of
// less than a kilobyte says little.
package main

import (
	"bytes"
	"cmp"
	"fmt"
	"log"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/andybalholm/brotli"

	"eventsource-playground/web/wasm"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("size: ")
	if len(os.Args) < 3 {
		log.Fatal("give app.wasm, the hello world to compare it with, and perhaps a package")
	}
	group := packageOf
	if len(os.Args) > 3 {
		group = func(function string) string {
			if packageOf(function) != os.Args[3] {
				return "(other packages)"
			}
			return function
		}
	}
	ours, err := weigh(os.Args[1], group)
	if err != nil {
		log.Fatal(err)
	}
	theirs, err := weigh(os.Args[2], group)
	if err != nil {
		log.Fatal(err)
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "compressed\thello's\tmore\tuncompressed\t")
	more := func(what string) int { return ours[what].compressed - theirs[what].compressed }
	for _, what := range slices.SortedFunc(maps.Keys(ours), func(a, b string) int {
		return cmp.Or(more(b)-more(a), ours[b].compressed-ours[a].compressed, cmp.Compare(a, b))
	}) {
		fmt.Fprintf(w, "%d\t%d\t%+d\t%d\t  %s\n", ours[what].compressed, theirs[what].compressed, more(what), ours[what].raw, what)
	}
	w.Flush()
}

// weight is what a part of a program weighs, in bytes.
type weight struct{ raw, compressed int }

// weigh weighs the functions of a program in groups, and the tables of its memory.
func weigh(path string, group func(function string) string) (map[string]weight, error) {
	file, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	p, err := wasm.Read(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	parts := map[string][]byte{}
	for _, f := range p.Functions {
		g := group(f.Name)
		parts[g] = append(parts[g], f.Body...)
	}
	for _, t := range p.Tables {
		parts["("+t.What+")"] = p.Memory[t.From:t.To]
	}
	weights := map[string]weight{}
	for what, content := range parts {
		var b bytes.Buffer
		w := brotli.NewWriterOptions(&b, brotli.WriterOptions{Quality: 9, LGWin: 24})
		w.Write(content) // a Buffer takes all
		w.Close()
		weights[what] = weight{len(content), b.Len()}
	}
	return weights, nil
}

// packageOf is the package of a function: what stands before the first dot after the last slash, where that is not
// part of a receiver or of a type parameter.
func packageOf(function string) string {
	for _, made := range []string{"type:", "go:", "wasm_"} {
		if function == "" || strings.HasPrefix(function, made) {
			return "(made by the compiler)"
		}
	}
	name := function
	if i := strings.IndexAny(name, "(["); i >= 0 {
		name = name[:i]
	}
	slash := strings.LastIndexByte(name, '/') + 1
	dot := strings.IndexByte(name[slash:], '.')
	if dot < 0 {
		return "runtime" // its assembly, such as memeqbody
	}
	return name[:slash+dot]
}
