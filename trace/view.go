package trace

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Filter says which records are wanted. Its zero value lets all through.
type Filter struct {
	Text string // in the type, the data, the last event ID or the URL; case is ignored, and in a browser which of Unicode's forms a letter has
	Type string // exactly this type of event, the browser's own or the stream's
	Kind Kind   // exactly this kind, such as Close: a call of the page has no type
	Lane int    // of the sources of this lane; 0: of all
}

func (f Filter) matches(kind Kind, typ, lower string, texts ...string) bool {
	if f.Type != "" && f.Type != typ || f.Kind != "" && f.Kind != kind {
		return false
	}
	if typ == "" {
		typ = string(kind)
	}
	if lower == "" || contains(typ, lower) {
		return true
	}
	for _, text := range texts {
		if contains(text, lower) {
			return true
		}
	}
	return false
}

// contains reports whether s contains lower, whatever the case of s. It makes no copy of s, which may be long.
func contains(s, lower string) bool {
	low := lower[0]
	up := low
	if 'a' <= low && low <= 'z' {
		up -= 'a' - 'A'
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c >= utf8.RuneSelf:
			if settled(s[i:]) {
				return containsRune(s[i:], lower)
			}
			return containsRune(normal(s), lower)
		case (c == low || c == up) && startsWith(s[i:], lower):
			return true
		}
	}
	return false
}

// settled reports whether no letter of s could have another form: normalising costs a call into the browser.
func settled(s string) bool {
	for _, r := range s {
		switch {
		case r < 0x300: // before the combining marks
		case 0x3400 <= r && r <= 0x9FFF, 0xAC00 <= r && r <= 0xD7A3: // Chinese, and Hangul in syllables
		default:
			return false
		}
	}
	return true
}

// containsRune is contains for what is not ASCII only. There a letter may have more bytes than in lower case.
func containsRune(s, lower string) bool {
	first, _ := utf8.DecodeRuneInString(lower)
	for i, r := range s {
		if toLower(r) == first && startsWith(s[i:], lower) {
			return true
		}
	}
	return false
}

func startsWith(s, lower string) bool {
	for _, want := range lower {
		r, size := utf8.DecodeRuneInString(s)
		if size == 0 || toLower(r) != want {
			return false
		}
		s = s[size:]
	}
	return true
}

func toLower(r rune) rune {
	switch {
	case r == 'ς': // σ at a word's end
		return 'σ'
	case r >= utf8.RuneSelf:
		return unicode.ToLower(r)
	case 'A' <= r && r <= 'Z':
		return r + 'a' - 'A'
	}
	return r
}

// TypeName is the event's type, or for the page's own calls their kind.
func (r Record) TypeName() string {
	if r.Type != "" {
		return r.Type
	}
	return string(r.Kind)
}

// A View is the records that a filter lets through, newest first. Filtering a long log takes time, so Scan does it a
// part at a time, from the newest back: the first results are there at once.
type View struct {
	log    *Log
	filter Filter
	lower  string
	frozen bool
	end    int // records from here on are not in view, or not yet

	added int   // of them, those let go of included
	newer []int // Seqs that matched since the filter was set, ascending
	older []int // Seqs that matched among those before, descending
	below int   // older records from here down are still to be scanned
}

// NewView makes a view of the whole log.
func NewView(l *Log) *View {
	v := &View{log: l}
	v.SetFilter(Filter{})
	return v
}

// SetFilter starts the view again with another filter.
func (v *View) SetFilter(f Filter) {
	v.filter, v.lower = f, strings.Map(toLower, normal(f.Text))
	v.newer, v.older, v.added = nil, nil, 0
	if !v.frozen {
		v.end = v.log.End()
	}
	v.below = v.end
}

// Filter is the one that is set.
func (v *View) Filter() Filter { return v.filter }

// Freeze keeps records that come later out of view, and thawing lets them in.
func (v *View) Freeze(on bool) { v.frozen = on }

// Frozen reports whether the view is frozen.
func (v *View) Frozen() bool { return v.frozen }

// Behind is how many newer records are pending, as far as they are kept, until the view is thawed.
func (v *View) Behind() int { return v.log.End() - max(v.end, v.log.First()) }

// Scan takes in what is new and looks at no more than n records. It reports whether it is done.
func (v *View) Scan(n int) bool {
	first, end := v.log.First(), v.log.End()
	if v.filter == (Filter{}) {
		if !v.frozen {
			v.end = end
		}
		return true
	}
	if !v.frozen {
		from := max(v.end, first)
		v.end = min(from+n, end)
		found := v.log.search(from, v.end, v.filter, v.lower)
		v.newer = append(v.newer, found...)
		v.added += len(found)
		n -= v.end - from
	}
	if v.below > first && n > 0 {
		to := v.below
		v.below = max(to-n, first)
		found := v.log.search(v.below, to, v.filter, v.lower)
		slices.Reverse(found)
		v.older = append(v.older, found...)
	}
	return v.below <= first && (v.frozen || v.end == end)
}

// forget takes records out of view that the log has let go of.
func (v *View) forget() {
	first := v.log.First()
	for len(v.older) > 0 && v.older[len(v.older)-1] < first {
		v.older = v.older[:len(v.older)-1]
	}
	for len(v.newer) > 0 && v.newer[0] < first {
		v.newer = v.newer[1:]
	}
}

// Len is the number of records in view, so far as they were scanned.
func (v *View) Len() int {
	if v.filter == (Filter{}) {
		return max(0, v.end-v.log.First())
	}
	v.forget()
	return len(v.newer) + len(v.older)
}

// Added is how many rows came in at the top since the filter was set: what grows while the oldest go.
func (v *View) Added() int {
	if v.filter == (Filter{}) {
		return v.end
	}
	return v.added
}

// Rows yields the records in view from row (included) to row (excluded); row 0 is the newest.
func (v *View) Rows(from, to int) []Record {
	from, to = max(0, from), min(to, v.Len())
	if from >= to {
		return nil
	}
	if v.filter == (Filter{}) {
		rows := v.log.Records(v.end-to, v.end-from)
		slices.Reverse(rows)
		return rows
	}
	rows := make([]Record, 0, to-from)
	for i := from; i < to; i++ {
		var seq int
		if i < len(v.newer) {
			seq = v.newer[len(v.newer)-1-i]
		} else {
			seq = v.older[i-len(v.newer)]
		}
		rows = append(rows, v.log.Records(seq, seq+1)...)
	}
	return rows
}

// RowOf finds the row of a record by its Seq.
func (v *View) RowOf(seq int) (row int, ok bool) {
	v.forget()
	if v.filter == (Filter{}) {
		row = v.end - 1 - seq
		return row, row >= 0 && seq >= v.log.First()
	}
	if i, found := slices.BinarySearch(v.newer, seq); found {
		return len(v.newer) - 1 - i, true
	}
	i, found := slices.BinarySearchFunc(v.older, seq, func(s, target int) int { return target - s })
	return len(v.newer) + i, found
}
