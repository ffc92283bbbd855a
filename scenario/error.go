package scenario

import (
	"slices"
	"strconv"
	"strings"
)

// An Error is one mistake in a text, and what to change.
type Error struct {
	Line   int // from 1
	Column int // from 1, in characters
	What   string
}

func (e *Error) Error() string {
	return "scenario: line " + strconv.Itoa(e.Line) + ", column " + strconv.Itoa(e.Column) + ": " + e.What
}

// Errors are all the mistakes in a text, from top to bottom: at least one.
type Errors []*Error

func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, err := range e {
		lines[i] = err.Error()
	}
	return strings.Join(lines, "\n")
}

func (e Errors) sort() {
	slices.SortStableFunc(e, func(a, b *Error) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
}

// nearest is the word that a wrong one was probably meant to be, or "".
func nearest(wrong string, words []string) string {
	best, least := "", 3
	for _, word := range words {
		if d := distance(wrong, word); d < least && d < len(word) {
			best, least = word, d
		}
	}
	return best
}

// distance counts the letters to insert, delete or replace.
func distance(a, b string) int {
	if len(a) > 20 {
		return len(a)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
