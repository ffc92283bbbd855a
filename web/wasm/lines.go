package wasm

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// Fields of runtime._func, Go 1.26, as offsets in bytes.
const (
	fieldName      = 4
	fieldPCSP      = 16
	fieldPCFile    = 20
	fieldPCLine    = 24
	fieldPCData    = 28 // how many tables of pcdata there are
	fieldUnit      = 32
	fieldStartLine = 36
	fieldID        = 40
	fieldFuncData  = 43 // how many offsets of funcdata there are
	fieldTables    = 44 // pcdata's offsets, then funcdata's
)

// Tables of pcdata, offsets of funcdata, and the ID of what the compiler made: internal/abi/symtab.go, Go 1.26.
const (
	pcUnsafe  = 0
	pcInlined = 2

	dataInlined   = 3
	dataArguments = 5

	wrapper = 23
)

// Offsets that lead nowhere: pcvalue and funcdata in runtime/symtab.go.
const (
	noTable = 0
	noData  = 1<<32 - 1
)

// Fields of runtime.inlinedCall, Go 1.26, and its size.
const (
	inlinedName = 4
	inlinedSize = 16
)

// WithoutLines returns the file with zeros where it says which line of which source file each instruction is of, which calls
// were inlined, and where a function's arguments are: a seventh of app.wasm as it goes over the wire, and read only to print
// the trace of a panic, which then has "()" and "?:0" after the name of each function, and none for a call that was inlined.
// It does not say either where a thread can be interrupted, since in WebAssembly none is. The linker has no flag for it.
//
// A wrapper's inlined calls stay, because recover counts them (gorecover in runtime/panic.go). Those of other functions make
// no difference to it: what calls recover is not inlined.
func WithoutLines(file []byte) (stripped []byte, err error) {
	stripped = append([]byte(nil), file...)
	p, err := Read(stripped)
	if err != nil {
		return nil, err
	}
	defer func() { // offsets lead anywhere in what another Go made
		if what := recover(); what != nil {
			stripped, err = nil, fmt.Errorf("the pclntab is not that of Go 1.26: %v", what)
		}
	}()
	functions, frames := p.word(functionTable), p.word(pcTables)
	s := stripper{p, newKept(p.Memory[p.word(functionNames):p.word(fileUnits)]), newKept(p.Memory[frames:functions])}
	for i := range p.number(p.word(0) + numberOfFunctions) {
		s.strip(functions + int(p.number(functions+8*int(i)+4)))
	}
	s.names.clearRest()
	s.tables.clearRest()
	clear(p.Memory[p.word(fileUnits):frames])
	for _, s := range p.segments {
		copy(s.file, p.Memory[s.at:])
	}
	return stripped, nil
}

// stripper strips one function after another, and notes what must stay.
type stripper struct {
	*Program
	names, tables *kept
}

// strip is given where the function's runtime._func is in the memory.
func (s stripper) strip(at int) {
	for _, field := range []int{fieldPCFile, fieldPCLine, fieldUnit, fieldStartLine} {
		s.set(at+field, 0)
	}
	s.keepName(s.number(at + fieldName))
	pcdata, funcdata := int(s.number(at+fieldPCData)), int(s.Memory[at+fieldFuncData])
	tables := at + fieldTables
	data := tables + 4*pcdata
	if pcUnsafe < pcdata {
		s.set(tables+4*pcUnsafe, noTable)
	}
	if dataArguments < funcdata {
		s.set(data+4*dataArguments, noData)
	}
	if pcInlined < pcdata && dataInlined < funcdata {
		s.inlined(tables+4*pcInlined, data+4*dataInlined, s.Memory[at+fieldID] == wrapper)
	}
	s.keepTable(s.number(at + fieldPCSP))
	for k := range pcdata {
		s.keepTable(s.number(tables + 4*k))
	}
}

// inlined strips a function of its inlined calls, which are at most as many as the table of their numbers says.
func (s stripper) inlined(table, data int, stay bool) {
	at, numbers := s.number(data), s.number(table)
	if at == noData || numbers == noTable {
		return
	}
	last, _ := pairs(s.tables.of[numbers:])
	calls := s.Memory[s.word(functionData)+int(at):][:inlinedSize*(last+1)]
	if !stay {
		clear(calls)
		s.set(table, noTable)
		s.set(data, noData)
	}
	for ; stay && len(calls) > 0; calls = calls[inlinedSize:] {
		s.keepName(binary.LittleEndian.Uint32(calls[inlinedName:]))
	}
}

func (s stripper) keepName(from uint32) {
	s.names.keep(int(from), bytes.IndexByte(s.names.of[from:], 0))
}

func (s stripper) keepTable(from uint32) {
	if from != noTable {
		_, size := pairs(s.tables.of[from:])
		s.tables.keep(int(from), size)
	}
}

// number is an offset or a count in the memory, and set changes one.
func (p *Program) number(at int) uint32     { return binary.LittleEndian.Uint32(p.Memory[at:]) }
func (p *Program) set(at int, value uint32) { binary.LittleEndian.PutUint32(p.Memory[at:], value) }

// kept is a table of which some bytes must stay.
type kept struct {
	of   []byte
	used []bool
}

func newKept(of []byte) *kept { return &kept{of, make([]bool, len(of))} }

func (k *kept) keep(from, size int) {
	for i := range size {
		k.used[from+i] = true
	}
}

func (k *kept) clearRest() {
	for i, used := range k.used {
		if !used {
			k.of[i] = 0
		}
	}
}

// pairs reads a table of pairs: how much the value grows, which is 0 only in the first pair and after the last, and for how
// many instructions it holds (step in runtime/symtab.go). It returns the largest value, and how many bytes the table has.
func pairs(table []byte) (largest, size int) {
	value := -1
	for size < len(table) {
		grown, n := binary.Uvarint(table[size:])
		if grown == 0 && size > 0 {
			return largest, size + n
		}
		_, m := binary.Uvarint(table[size+n:])
		if n <= 0 || m <= 0 {
			break
		}
		size += n + m
		value += int(grown>>1) ^ -int(grown&1) // zigzag
		largest = max(largest, value)
	}
	return largest, size
}
