package compare

import (
	"strings"

	"eventsource-playground/language"
	"eventsource-playground/trace"
)

// Tone is whether what a line says is good news.
type Tone string

// The tones of a line.
const (
	Plain Tone = ""
	Good  Tone = "good"
	Bad   Tone = "bad"
	Dim   Tone = "dim"
)

// Line is one of a cell.
type Line struct {
	Tone Tone
	Text string
}

// line is said if its condition holds, see Figures.holds, and all that it names was measured. In a cell the names are the client's.
type line struct {
	when string
	tone Tone
	text string
}

// Cell is what a row says of a client.
func (r *Row) Cell(f Figures, client trace.ClientKind, v language.Voice) []Line {
	whose := columns[client] + "_"
	if said := f.say(refused, whose, v); said != nil {
		return said
	}
	return f.say(r.cells[client], whose, v)
}

// refused is what a cell says of a client that could not be made.
var refused = []line{{"", Bad, "not possible here: {refused}"}}

// Notes are what happened in the row, a sentence or two each.
func (r *Row) Notes(f Figures, v language.Voice) []Line { return f.say(r.notes, "", v) }

// say says those lines that can be said. whose is what the names of figures begin with, where they are without it.
func (f Figures) say(lines []line, whose string, v language.Voice) (said []Line) {
	for _, l := range lines {
		if !f.holds(l.when, whose) {
			continue
		}
		if text, ok := f.fill(l.text, whose, v); ok {
			said = append(said, Line{l.tone, text})
		}
	}
	return said
}

// Markdown is the table of the rows that have figures.
func Markdown(figures map[string]Figures, v language.Voice) string {
	var b strings.Builder
	b.WriteString("| | EventSource | " + v.Say("fetch, Go engine") + " | WebSocket |\n| --- | --- | --- | --- |\n")
	for _, r := range Rows {
		f := figures[r.Name]
		if f == nil {
			continue
		}
		b.WriteString("| **" + v.Say(r.Title) + "** |")
		for client := range columns {
			texts := []string{}
			for _, l := range r.Cell(f, trace.ClientKind(client), v) {
				text := strings.ReplaceAll(l.Text, "|", `\|`)
				if l.Tone != Dim {
					text = "**" + text + "**"
				}
				texts = append(texts, text)
			}
			b.WriteString(" " + strings.Join(texts, "<br>") + " |")
		}
		b.WriteString("\n")
	}
	return b.String()
}
