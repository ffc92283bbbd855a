package main

import (
	"slices"
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/code/quote"
	"eventsource-playground/sse"
	"eventsource-playground/trace"
)

// shownLines is how many lines of an attempt are shown at least; the log keeps more. Older ones leave by the step, since go-app
// draws all rows again whenever the first one is another.
const shownLines, lineStep = 200, 50

// wireTab is what went over the wire, line by line, with what a decoder that follows HTML 9.2.6 makes of each.
type wireTab struct {
	app.Compo
	Model     *model
	Language  string
	Changes   int   // of the log
	Unfolded  []int // lines that are; their numbers are those of wireRow
	Attempt   int   // index among the exchanges; -1 is the newest
	Exchanges []*trace.Exchange
	Listens   []string
	Predicted string
	Nothing   string // said where there is no exchange
}

func (m *model) wireTab() app.UI {
	w := &wireTab{
		Model: m, Language: voice.Code, Changes: m.log.Changes(), Attempt: m.tabs.attempt, Exchanges: m.exchanges(),
		Listens: m.connection.setup.types(), Predicted: predictedText(m.subject()), Nothing: m.noServerSide(),
	}
	if e := w.exchange(); e != nil {
		w.Unfolded = m.tabs.unfoldedLines(e)
	}
	return w
}

// exchange is the one that is shown, nil if there is none.
func (w *wireTab) exchange() *trace.Exchange {
	switch n := len(w.Exchanges); {
	case n == 0:
		return nil
	case w.Attempt < 0 || w.Attempt >= n:
		return w.Exchanges[n-1]
	}
	return w.Exchanges[w.Attempt]
}

// firstShown is the index of the first line of an exchange that is shown.
func firstShown(e *trace.Exchange) int {
	number := e.Forgotten + len(e.Lines) - shownLines
	return max(0, number-number%lineStep-e.Forgotten)
}

// OnUpdate is called before the lines are drawn. It keeps the newest in view, unless the visitor scrolled up to read or reads
// what he unfolded: then what is in view stays where it is.
func (w *wireTab) OnUpdate(ctx app.Context) {
	lines, e := element("wire-lines"), w.exchange()
	if !lines.Truthy() || e == nil {
		return
	}
	keepFocus(ctx, lines)
	const nearly = 8 // pixels
	top := lines.Get("scrollTop").Float()
	atEnd := lines.Get("scrollHeight").Float()-top-lines.Get("clientHeight").Float() <= nearly
	if atEnd && !w.onUnfolded(top) {
		ctx.Defer(func(app.Context) {
			if lines := element("wire-lines"); lines.Truthy() {
				lines.Set("scrollTop", lines.Get("scrollHeight"))
			}
		})
		return
	}
	gone := e.Forgotten + firstShown(e) - (lines.Get("start").Int() - 1)
	rows := lines.Get("children")
	if gone <= 0 || gone >= rows.Length() {
		return
	}
	top -= rows.Index(gone).Get("offsetTop").Float() - rows.Index(0).Get("offsetTop").Float()
	ctx.Defer(func(app.Context) {
		if lines := element("wire-lines"); lines.Truthy() {
			lines.Set("scrollTop", max(0, top))
		}
	})
}

// onUnfolded reports whether an unfolded line is in view, in a list that is scrolled so far and to its end.
func (w *wireTab) onUnfolded(top float64) bool {
	return slices.ContainsFunc(w.Unfolded, func(number int) bool {
		button := element(lineID(number))
		if !button.Truthy() {
			return false
		}
		row := button.Call("closest", "li")
		return row.Get("offsetTop").Float()+row.Get("offsetHeight").Float() > top
	})
}

func (w *wireTab) Render() app.UI {
	exchanges, e := w.Exchanges, w.exchange()
	if e == nil {
		return view(`<p class="empty">{}</p>`, w.Nothing)
	}
	option := `<option value={} selected={}>{}</option>`
	choices := []app.UI{view(option, "-1", w.Attempt < 0, say("the newest"))}
	for i, e := range exchanges {
		choices = append(choices, view(option, strconv.Itoa(i), w.Attempt == i, requestName(e, exchanges)))
	}
	attempt := view(`<label class="check">attempt<select class="small" onchange={}>{}</select></label>`, w.onAttempt, choices)
	if e.IsWebSocket() {
		return view(`<div class="wire">
			{}
			<p class="hint">{}</p>
			<ol class="lines" tabindex="0" aria-label="Frames, as they were sent">{}</ol>
		</div>`, attempt, framesSaid(e, exchanges), frameRows(e))
	}
	first := firstShown(e)
	earlier, lines := e.Forgotten+first, e.Lines[first:]
	rows := []app.UI{}
	for i, l := range lines {
		number := earlier + i + 1
		row := &wireRow{
			Model: w.Model, Language: voice.Code, Spot: spot{e.Source, e.Attempt, number}, At: e.T(l.At), Line: l.Line,
			Heard: true, AfterCRLF: e.AfterCRLF, Unfolded: slices.Contains(w.Unfolded, number),
		}
		if i+1 < len(lines) {
			row.AfterCRLF = lines[i+1].AfterCRLF
		}
		if l.Event != nil {
			row.Heard, row.Mistaken = slices.Contains(w.Listens, l.Event.Type), mistaken(l.Event.Type, w.Listens)
		}
		rows = append(rows, row)
	}
	said := []string{requestName(e, exchanges), sentBytes(e)}
	if earlier > 0 {
		said = append(said, count(earlier, "1 earlier line is not shown", "{n} earlier lines are not shown"))
	}
	if e.Blind {
		said = append(said, say("some bytes were too many to be shown, so what follows them is not decoded"))
	}
	if e.Head == nil {
		said = append(said, say("no response yet"))
	} else if e.Head.Status != 200 {
		said = append(said, fill(say("status {status}: a browser reads no events in it"), "{status}", strconv.Itoa(e.Head.Status)))
	}
	return view(`<div class="wire">
		{}
		<p class="hint">{}</p>
		<p class="hint">{}</p>
		<ol id="wire-lines" class="lines" tabindex="0" aria-label="Lines, as they were sent" start={}>{}</ol>
	</div>`,
		attempt, strings.Join(said, " · ")+say("."), w.Predicted, earlier+1, rows)
}

// sentBytes is how much of a body was sent, and what compression made of it.
func sentBytes(e *trace.Exchange) string {
	if e.Packed == 0 {
		return fill(say("{n} bytes"), "{n}", strconv.Itoa(e.Sent))
	}
	return fill(say("{n} bytes, compressed to {packed}"), "{n}", strconv.Itoa(e.Sent), "{packed}", strconv.Itoa(e.Packed))
}

// predictedText compares what the decoder dispatched from the wire with what the page saw.
func predictedText(s *trace.Source) string {
	seen := fill(say("Seen by the page: {n}."), "{n}", grouped(s.Counts().Events))
	if s.State().Kind == trace.WebSocket { // nothing of it is an event stream
		return seen
	}
	unheard := 0
	for _, u := range s.Unheard() {
		unheard += u.Count
	}
	said := []string{
		count(s.Predicted(), "Predicted from the wire: 1 event.", "Predicted from the wire: {n} events."),
		seen,
	}
	if unheard > 0 {
		said = append(said, fill(say("Without a listener here: {n}."), "{n}", grouped(unheard)))
	}
	return sentences(said)
}

func (w *wireTab) onAttempt(ctx app.Context, _ app.Event) {
	if i, err := strconv.Atoi(valueOf(ctx)); err == nil {
		w.Model.tabs.attempt = i
	}
}

func (m *model) noServerSide() string {
	if m.pageAlone() {
		return say("This stream is another server's, and EventSource does not show a script its bytes. The Go engine does: choose it above the call.")
	}
	return say("Nothing yet. Press Connect: each request to this page's own server will show here.")
}

func requestName(e *trace.Exchange, all []*trace.Exchange) string {
	name := fill(say("request {n}"), "{n}", strconv.Itoa(e.Attempt))
	if all[0].Source != all[len(all)-1].Source {
		name = e.SourceName() + say(", ") + name
	}
	return name
}

// wireRow is one line. If it dispatched an event, that one's data can be unfolded.
type wireRow struct {
	app.Compo
	Model     *model
	Language  string
	Spot      spot
	At        float64
	Line      sse.Line
	AfterCRLF bool // an LF followed its CR
	Heard     bool
	Mistaken  string // why not, if its type is nearly that of a listener
	Unfolded  bool
}

func (r *wireRow) Render() app.UI {
	l := r.Line
	text := brief(l.Text(), 300)
	if l.Raw == "" {
		text = say("(blank line)")
		if l.Terminator == "" {
			text = say("(the stream ended)")
		}
	}
	end := terminator(l, r.AfterCRLF)
	outcome := []app.UI{view(`<b>{}</b>`, say(l.Outcome.String()))}
	if l.Event == nil {
		outcome = append(outcome, view(`<bdi>{}</bdi>`, " "+sayWhy(l.Why)))
	} else {
		outcome = r.event(l.Event, outcome)
	}
	return view(`<li data-outcome={}>
		<span class="time">{}</span>
		<span><code>{}</code>{}</span>
		<span class="outcome">{}</span>
		{}
	</li>`, l.Outcome.String(), thousandths(r.At), text, when(end != "", `<small class="end" title="what ended the line">{}</small>`, end), outcome, r.data())
}

// event says that one was dispatched. Its data stand in the lines before, so they are not repeated unless asked for.
func (r *wireRow) event(e *sse.Event, outcome []app.UI) []app.UI {
	said := isolated(e.Type, 40)
	if e.LastEventID != "" {
		said += say(", ") + "lastEventId " + quote.JS(shorten(e.LastEventID, 40))
	}
	button := view(`<button type="button" class="fold" id={} aria-expanded={} title="the event's data" onclick={}>{}<bdi>{}</bdi></button>`,
		lineID(r.Spot.line), r.Unfolded, r.onFold, outcome, " "+said)
	why := ""
	if !r.Heard {
		why = say(": no listener for this type here")
		if r.Mistaken != "" {
			why += say(", ") + r.Mistaken
		}
	}
	return []app.UI{button, view(`<bdi>{}</bdi>`, why)}
}

// data are those of an event that is unfolded, as they are.
func (r *wireRow) data() any {
	if !r.Unfolded || r.Line.Event == nil {
		return nil
	}
	text, cut := beginning(r.Line.Event.Data)
	shown := view(`<pre role="group" tabindex="0" aria-label="Data">{}</pre>`, dataLines(text))
	if text == "" {
		shown = view(`<p class="hint">{}</p>`, say("(empty)"))
	}
	return view(`<div class="of-event">{}{}</div>`, shown, when(cut > 0, `<p class="hint">{}</p>`, count(cut, "1 more character is not shown.", "{n} more characters are not shown.")))
}

// dataLines are visibleLines; an empty one at the end, to which no browser gives room, is seen as well.
func dataLines(data string) string {
	if strings.HasSuffix(data, "\n") {
		data += "\n"
	}
	return visibleLines(data)
}

func (r *wireRow) onFold(ctx app.Context, _ app.Event) {
	r.Model.tabs.fold(r.Spot)
	button := ctx.JSSrc()
	ctx.Defer(func(app.Context) {
		button.Call("closest", "li").Call("scrollIntoView", map[string]any{"block": "nearest"})
	})
}

func lineID(number int) string { return "line-" + strconv.Itoa(number) }

// terminator is what ended a line; "" if the stream did.
func terminator(l sse.Line, afterCRLF bool) string {
	switch {
	case l.Terminator == "\n":
		return "LF"
	case l.Terminator == "\r" && afterCRLF:
		return "CRLF"
	case l.Terminator == "\r":
		return "CR"
	}
	return ""
}

// sayWhy says the decoder's reason, in English as its String does.
func sayWhy(why sse.Reason) string {
	if why.Cause == sse.MisspeltField {
		return fill(say("{name} is not {meant}: a name must match exactly"), "{name}", strconv.Quote(why.Name), "{meant}", strconv.Quote(why.Near()))
	}
	said := say(why.Cause.String())
	if why.TypeForgotten {
		said += say(", and the event's type is forgotten")
	}
	if why.IDKept {
		said += say(", but the id is kept")
	}
	if why.IDForgotten {
		said += say(", the id too")
	}
	return said
}
