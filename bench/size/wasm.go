package main

import (
	"bytes"
	"debug/gosym"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
)

// program is a WebAssembly program that Go made: its functions, and its memory as it starts.
type program struct {
	functions []function
	memory    []byte
	tables    []table // the parts of the memory, in their order
}

// function is one function with its body's bytes in the file.
type function struct {
	name string
	body []byte
}

// table is a part of the memory.
type table struct {
	what     string
	from, to int
}

// Sections of a module: WebAssembly 2.0, 5.5.
const (
	codeSection = 10
	dataSection = 11
)

func read(path string) (*program, error) {
	file, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(file, []byte("\x00asm\x01\x00\x00\x00")) {
		return nil, fmt.Errorf("%s: not WebAssembly", path)
	}
	p := &program{}
	for r := (reader{file[8:]}); len(r.b) > 0; {
		id := r.byte()
		section := reader{r.take(r.number())}
		switch id {
		case codeSection:
			for range section.number() {
				p.functions = append(p.functions, function{body: section.take(section.number())})
			}
		case dataSection:
			p.load(section)
		}
	}
	if err := p.name(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return p, nil
}

// load puts the segments of the data section into the memory.
func (p *program) load(r reader) {
	for range r.number() {
		r.number() // the memory's index
		r.byte()   // i32.const
		at := r.number()
		r.byte() // end
		segment := r.take(r.number())
		if short := at + len(segment) - len(p.memory); short > 0 {
			p.memory = append(p.memory, make([]byte, short)...)
		}
		copy(p.memory[at:], segment)
	}
}

// name finds the names of the functions and the tables of the memory. Go keeps the pclntab, which has the names, also
// in a program that is stripped; runtime.firstmoduledata is the only thing that points to it.
func (p *program) name() error {
	magic := binary.LittleEndian.AppendUint32(nil, 0xfffffff1) // since Go 1.20: debug/gosym
	magic = append(magic, 0, 0, 1, 8)                          // PCs are counted by one, pointers have 8 bytes
	pclntab := bytes.Index(p.memory, magic)
	if pclntab < 0 {
		return errors.New("no pclntab of Go 1.20 or later")
	}
	symbols, err := gosym.NewTable(nil, gosym.NewLineTable(p.memory[pclntab:], 0))
	if err != nil {
		return err
	}
	for _, f := range symbols.Funcs {
		const first = 0x1000 // funcValueOffset of cmd/link/internal/wasm
		if i := int(f.Entry) - first; i >= 0 && i < len(p.functions) {
			p.functions[i].name = f.Name
		}
	}
	module := bytes.Index(p.memory, binary.LittleEndian.AppendUint64(nil, uint64(pclntab)))
	if module < 0 {
		return errors.New("nothing points to the pclntab")
	}
	word := func(i int) int { return int(binary.LittleEndian.Uint64(p.memory[module+8*i:])) }
	// The words of runtime.moduledata, Go 1.26: the starts of funcnametab, cutab, pctab, pclntable, and of noptrdata.
	names, units, frames, functions, variables := word(1), word(4), word(10), word(13), word(24)
	p.tables = []table{
		{"types and read-only data", 0, pclntab},
		{"names of functions", names, units},
		{"files", units, frames},
		{"lines and frames", frames, functions},
		{"functions and their stacks", functions, variables},
		{"variables", variables, len(p.memory)},
	}
	for _, t := range p.tables {
		if t.from < 0 || t.from > t.to || t.to > len(p.memory) {
			return errors.New("moduledata is not that of Go 1.26")
		}
	}
	return nil
}

// reader reads what WebAssembly is made of.
type reader struct{ b []byte }

func (r *reader) byte() byte {
	b := r.b[0]
	r.b = r.b[1:]
	return b
}

func (r *reader) take(n int) []byte {
	b := r.b[:n:n]
	r.b = r.b[n:]
	return b
}

// number reads a number in LEB128. Those read here are not negative, and a signed one then is the same.
func (r *reader) number() int {
	n, size := binary.Uvarint(r.b)
	r.b = r.b[size:]
	return int(n)
}
