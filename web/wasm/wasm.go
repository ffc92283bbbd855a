// Package wasm reads a WebAssembly program that Go 1.26 made, and leaves out of it what only the traces of a panic show.
package wasm

import (
	"bytes"
	"debug/gosym"
	"encoding/binary"
	"errors"
)

// Program is a program: its functions, and its memory as it starts.
type Program struct {
	Functions []Function
	Memory    []byte
	Tables    []Table // the parts of the memory, in their order

	segments []segment
	module   int // where runtime.firstmoduledata is in the memory
}

// Function is one function with its body's bytes in the file.
type Function struct {
	Name string
	Body []byte
}

// Table is a part of the memory.
type Table struct {
	What     string
	From, To int
}

// segment is a part of the memory as it is in the file. What no segment has is zero.
type segment struct {
	at   int
	file []byte
}

// Sections of a module: WebAssembly 2.0, 5.5.
const (
	codeSection = 10
	dataSection = 11
)

// Read reads the bytes of a file.
func Read(file []byte) (*Program, error) {
	if !bytes.HasPrefix(file, []byte("\x00asm\x01\x00\x00\x00")) {
		return nil, errors.New("not WebAssembly")
	}
	p := &Program{}
	for r := (reader{file[8:]}); len(r.b) > 0; {
		id := r.byte()
		section := reader{r.take(r.number())}
		switch id {
		case codeSection:
			for range section.number() {
				p.Functions = append(p.Functions, Function{Body: section.take(section.number())})
			}
		case dataSection:
			p.load(section)
		}
	}
	if err := p.name(); err != nil {
		return nil, err
	}
	return p, nil
}

// load puts the segments of the data section into the memory.
func (p *Program) load(r reader) {
	for range r.number() {
		r.number() // the memory's index
		r.byte()   // i32.const
		at := r.number()
		r.byte() // end
		content := r.take(r.number())
		if short := at + len(content) - len(p.Memory); short > 0 {
			p.Memory = append(p.Memory, make([]byte, short)...)
		}
		copy(p.Memory[at:], content)
		p.segments = append(p.segments, segment{at, content})
	}
}

// magic is how a pclntab begins since Go 1.20 (debug/gosym): PCs are counted by one, pointers have 8 bytes.
var magic = []byte{0xf1, 0xff, 0xff, 0xff, 0, 0, 1, 8}

// name finds the names of the functions and the tables of the memory. Go keeps the pclntab, which has the names, also
// in a program that is stripped; runtime.firstmoduledata is the only thing that points to it.
func (p *Program) name() error {
	pclntab := bytes.Index(p.Memory, magic)
	if pclntab < 0 {
		return errors.New("no pclntab of Go 1.20 or later")
	}
	symbols, err := gosym.NewTable(nil, gosym.NewLineTable(p.Memory[pclntab:], 0))
	if err != nil {
		return err
	}
	for _, f := range symbols.Funcs {
		const first = 0x1000 // funcValueOffset of cmd/link/internal/wasm
		if i := int(f.Entry) - first; i >= 0 && i < len(p.Functions) {
			p.Functions[i].Name = f.Name
		}
	}
	// Its first word points to the pclntab, its second to the names in it. The first alone could be any number.
	namesAt := binary.LittleEndian.Uint64(p.Memory[pclntab+offsetOfNames:])
	module := binary.LittleEndian.AppendUint64(nil, uint64(pclntab))
	p.module = bytes.Index(p.Memory, binary.LittleEndian.AppendUint64(module, uint64(pclntab)+namesAt))
	if p.module < 0 {
		return errors.New("nothing points to the pclntab")
	}
	names, units, frames, functions, data := p.word(functionNames), p.word(fileUnits), p.word(pcTables), p.word(functionTable), p.word(variables)
	p.Tables = []Table{
		{"types and read-only data", 0, pclntab},
		{"names of functions", names, units},
		{"files", units, frames},
		{"lines and frames", frames, functions},
		{"functions and their stacks", functions, data},
		{"variables", data, len(p.Memory)},
	}
	for _, t := range p.Tables {
		if t.From < 0 || t.From > t.To || t.To > len(p.Memory) {
			return errors.New("moduledata is not that of Go 1.26")
		}
	}
	return nil
}

// Words of runtime.pcHeader, Go 1.26, as offsets in bytes: how many functions there are, and where in the pclntab their names.
const (
	numberOfFunctions = 8
	offsetOfNames     = 32
)

// Words of runtime.moduledata, Go 1.26: the starts of funcnametab, cutab, pctab, pclntable, noptrdata, and gofunc.
const (
	functionNames = 1
	fileUnits     = 4
	pcTables      = 10
	functionTable = 13
	variables     = 24
	functionData  = 40
)

// word is a word of runtime.firstmoduledata.
func (p *Program) word(i int) int { return int(binary.LittleEndian.Uint64(p.Memory[p.module+8*i:])) }

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
