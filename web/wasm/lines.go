package wasm

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Fields of runtime._func, Go 1.26, as offsets in bytes.
const (
	fieldPCSP      = 16
	fieldPCFile    = 20
	fieldPCLine    = 24
	fieldPCData    = 28 // how many tables of pcdata there are
	fieldUnit      = 32
	fieldStartLine = 36
	fieldTables    = 44 // pcdata's offsets, after the fixed fields
)

// WithoutLines returns the file with zeros where it says which line of which source file each instruction is of: a twelfth of
// app.wasm as it goes over the wire, and read only to print the trace of a panic, which then has "?:0" after the name of each
// function. The linker has no flag for it. An offset of zero means "no table" to the runtime (pcvalue in runtime/symtab.go).
func WithoutLines(file []byte) ([]byte, error) {
	file = append([]byte(nil), file...)
	p, err := Read(file)
	if err != nil {
		return nil, err
	}
	header := p.word(0)
	many := int(binary.LittleEndian.Uint64(p.Memory[header+8:]))
	table, frames, data := p.word(functionTable), p.word(pcTables), p.word(variables)
	if many <= 0 || table+8*many > data {
		return nil, errors.New("the pclntab is not that of Go 1.26")
	}
	tables := p.Memory[frames:table]
	used := make([]bool, len(tables))
	for i := range many {
		at := table + int(p.number(table+8*i+4))
		if at < table || at+fieldTables > data {
			return nil, fmt.Errorf("function %d is not in its table", i)
		}
		for _, field := range []int{fieldPCFile, fieldPCLine, fieldUnit, fieldStartLine} {
			binary.LittleEndian.PutUint32(p.Memory[at+field:], 0)
		}
		kept := []int{int(p.number(at + fieldPCSP))}
		for k := range int(p.number(at + fieldPCData)) {
			kept = append(kept, int(p.number(at+fieldTables+4*k)))
		}
		for _, from := range kept {
			if from >= len(tables) {
				return nil, fmt.Errorf("function %d has a table at %d of %d bytes", i, from, len(tables))
			}
			if from > 0 {
				mark(tables, used, from)
			}
		}
	}
	for i := range tables {
		if !used[i] {
			tables[i] = 0
		}
	}
	clear(p.Memory[p.word(fileUnits):frames])
	for _, s := range p.segments {
		copy(s.file, p.Memory[s.at:])
	}
	return file, nil
}

// number is an offset or a count in the memory.
func (p *Program) number(at int) uint32 { return binary.LittleEndian.Uint32(p.Memory[at:]) }

// mark marks the bytes of a table of pairs: how much the value grows, which is 0 only in the first pair and after the last,
// and for how many instructions it holds (step in runtime/symtab.go).
func mark(tables []byte, used []bool, from int) {
	for at := from; at < len(tables); {
		first := at == from
		grown, n := binary.Uvarint(tables[at:])
		if grown == 0 && !first {
			used[at] = true
			return
		}
		_, m := binary.Uvarint(tables[at+n:])
		if n <= 0 || m <= 0 {
			return
		}
		for i := range n + m {
			used[at+i] = true
		}
		at += n + m
	}
}
