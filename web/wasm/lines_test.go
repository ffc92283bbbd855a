package wasm

import (
	"bytes"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Browsers run the result in every test of the page; here is what it must have kept, and that it lost something.
func TestWithoutLines(t *testing.T) {
	file := hello(t)
	before := append([]byte(nil), file...)
	slim, err := WithoutLines(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(file, before) {
		t.Error("the file that was given is changed")
	}
	if len(slim) != len(file) {
		t.Errorf("got %d bytes; want %d as before, with zeros", len(slim), len(file))
	}
	was, err := Read(file)
	if err != nil {
		t.Fatal(err)
	}
	is, err := Read(slim)
	if err != nil {
		t.Fatal(err)
	}
	zeros := func(p *Program) int { return bytes.Count(p.Memory, []byte{0}) }
	if got, want := zeros(is)-zeros(was), len(was.Memory)/20; got < want {
		t.Errorf("got %d more zeros; want at least %d", got, want)
	}
	table, frames := was.word(functionTable), was.word(pcTables)
	for i := range int(was.number(was.word(0) + numberOfFunctions)) {
		if was.Functions[i].Name != is.Functions[i].Name {
			t.Fatalf("got %q; want the name of function %d, %q", is.Functions[i].Name, i, was.Functions[i].Name)
		}
		at := table + int(was.number(table+8*i+4))
		same := func(field int) {
			from := int(was.number(field))
			if int(is.number(field)) != from {
				t.Fatalf("got another table for field %d of %s", field-at, was.Functions[i].Name)
			}
			if end := from + size(was.Memory[frames+from:]); from > 0 && !bytes.Equal(is.Memory[frames+from:frames+end], was.Memory[frames+from:frames+end]) {
				t.Fatalf("got other pairs for field %d of %s", field-at, was.Functions[i].Name)
			}
		}
		if strings.Contains(was.Functions[i].Name, ".deferwrap") && was.Memory[at+fieldID] != wrapper {
			t.Fatalf("%s is a wrapper, and has the ID %d", was.Functions[i].Name, was.Memory[at+fieldID])
		}
		if got := is.number(at+fieldPCFile) + is.number(at+fieldPCLine); got != 0 {
			t.Fatalf("got the lines of %s; want none", was.Functions[i].Name)
		}
		tables := at + fieldTables
		data := tables + 4*int(was.number(at+fieldPCData))
		inlined := was.Memory[at+fieldID] == wrapper
		for field := tables; field < data; field += 4 {
			if k := (field - tables) / 4; k == pcUnsafe || k == pcInlined && !inlined {
				if got := is.number(field); got != noTable {
					t.Fatalf("got %d for pcdata %d of %s; want no table", got, k, was.Functions[i].Name)
				}
				continue
			}
			same(field)
		}
		same(at + fieldPCSP)
		for k := range int(was.Memory[at+fieldFuncData]) {
			want := was.number(data + 4*k)
			if k == dataArguments || k == dataInlined && !inlined {
				want = noData
			}
			if got := is.number(data + 4*k); got != want {
				t.Fatalf("got %d for funcdata %d of %s; want %d", got, k, was.Functions[i].Name, want)
			}
		}
	}
}

// size is how long a table of pairs is.
func size(table []byte) int {
	for at := 0; ; {
		grown, n := binary.Uvarint(table[at:])
		if grown == 0 && at > 0 {
			return at + n
		}
		_, m := binary.Uvarint(table[at+n:])
		at += n + m
	}
}

func TestWhatGoDidNotMakeIsRefused(t *testing.T) {
	other := hello(t)
	for at := 0; ; at++ {
		next := bytes.Index(other[at:], magic)
		if next < 0 {
			break
		}
		at += next
		other[at]++
	}
	elsewhere := hello(t)
	p, err := Read(elsewhere)
	if err != nil {
		t.Fatal(err)
	}
	p.set(p.word(functionTable)+4, 1<<31)
	for _, s := range p.segments {
		copy(s.file, p.Memory[s.at:])
	}
	for _, test := range []struct {
		name string
		file []byte
	}{
		{"nothing", nil},
		{"a text", []byte("hello")},
		{"a module without a function", []byte("\x00asm\x01\x00\x00\x00")},
		{"the pclntab of another Go", other},
		{"a function that is not in its table", elsewhere},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got, err := WithoutLines(test.file); err == nil {
				t.Errorf("got %d bytes; want an error", len(got))
			}
		})
	}
}

// hello is a small program.
func hello(t *testing.T) []byte {
	t.Helper()
	folder := t.TempDir()
	source := filepath.Join(folder, "main.go")
	if err := os.WriteFile(source, []byte("package main\n\nfunc main() { println(\"hello\") }\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	build := exec.Command("go", "build", "-o", filepath.Join(folder, "hello.wasm"), source)
	build.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	file, err := os.ReadFile(filepath.Join(folder, "hello.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	return file
}
