package main

import (
	"slices"
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/sse"
	"eventsource-playground/trace"
)

// shownLines is how many lines of an attempt are shown; the log keeps more.
const shownLines = 200

// wireTab is what went over the wire, line by line, with what a decoder that follows HTML 9.2.6 makes of each.
type wireTab struct {
	app.Compo
	Model     *model
	Language  string
	Changes   int // of the log
	Attempt   int // index among the exchanges; -1 is the newest
	Exchanges []*trace.Exchange
	Listens   []string
	Predicted string
	Nothing   string // said where there is no exchange
}

func (m *model) wireTab() app.UI {
	return &wireTab{
		Model: m, Language: voice.Code, Changes: m.log.Changes(), Attempt: m.tabs.attempt, Exchanges: m.exchanges(),
		Listens: m.connection.setup.types(), Predicted: predictedText(m.subject()), Nothing: m.noServerSide(),
	}
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

// OnUpdate keeps the newest line in view, unless the visitor scrolled up to read.
func (w *wireTab) OnUpdate(ctx app.Context) {
	lines := element("wire-lines")
	if !lines.Truthy() {
		return
	}
	const nearly = 8 // pixels
	if lines.Get("scrollHeight").Int()-lines.Get("scrollTop").Int()-lines.Get("clientHeight").Int() > nearly {
		return
	}
	ctx.Defer(func(app.Context) {
		if lines := element("wire-lines"); lines.Truthy() {
			lines.Set("scrollTop", lines.Get("scrollHeight"))
		}
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
	lines := e.Lines
	earlier := e.Forgotten + max(0, len(lines)-shownLines)
	lines = lines[max(0, len(lines)-shownLines):]
	rows := []app.UI{}
	for i, l := range lines {
		row := &wireRow{Language: voice.Code, At: e.T(l.At), Line: l.Line, Heard: true, AfterCRLF: e.AfterCRLF}
		if i+1 < len(lines) {
			row.AfterCRLF = lines[i+1].AfterCRLF
		}
		if l.Event != nil {
			row.Heard, row.Mistaken = slices.Contains(w.Listens, l.Event.Type), mistaken(l.Event.Type, w.Listens)
		}
		rows = append(rows, row)
	}
	said := []string{requestName(e, exchanges), sentBytes(e, strconv.Itoa)}
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
		<label class="check">attempt<select class="small" onchange={}>{}</select></label>
		<p class="hint">{}</p>
		<p class="hint">{}</p>
		<ol id="wire-lines" class="lines" tabindex="0" aria-label="Lines, as they were sent">{}</ol>
	</div>`,
		w.onAttempt, choices, strings.Join(said, " · ")+say("."), w.Predicted, rows)
}

// predictedText compares what the decoder dispatched from the wire with what the page saw.
func predictedText(s *trace.Source) string {
	unheard := 0
	for _, u := range s.Unheard() {
		unheard += u.Count
	}
	said := []string{
		count(s.Predicted(), "Predicted from the wire: 1 event.", "Predicted from the wire: {n} events."),
		fill(say("Seen by the page: {n}."), "{n}", grouped(s.Counts().Events)),
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
	if s := m.subject().State(); s.Source > 0 && !m.address(s.URL).ours() {
		return say("This stream is another server's, and a script is not shown its bytes. Streams of this page's own server show them here.")
	}
	return say("Nothing yet. Press Connect: each request to this page's own server will show here.")
}

func requestName(e *trace.Exchange, all []*trace.Exchange) string {
	name := fill(say("request {n}"), "{n}", strconv.Itoa(e.Attempt))
	if all[0].Source != all[len(all)-1].Source {
		name = "EventSource " + strconv.Itoa(e.Source) + say(", ") + name
	}
	return name
}

// wireRow is one line.
type wireRow struct {
	app.Compo
	Language  string
	At        float64
	Line      sse.Line
	AfterCRLF bool // an LF followed its CR
	Heard     bool
	Mistaken  string // why not, if its type is nearly that of a listener
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
	why := sayWhy(l.Why)
	if l.Event != nil {
		why = isolated(l.Event.Type, 40) + " " + quoteJS(shorten(l.Event.Data, 80)) + say(", ") + "lastEventId " + quoteJS(shorten(l.Event.LastEventID, 40))
		if !r.Heard {
			why += say(": no listener for this type here")
			if r.Mistaken != "" {
				why += say(", ") + r.Mistaken
			}
		}
	}
	return view(`<li data-outcome={}>
		<span class="time">{}</span>
		<span><code>{}</code>{}</span>
		<span class="outcome"><b>{}</b><bdi>{}</bdi></span>
	</li>`, l.Outcome.String(), thousandths(r.At), text, when(end != "", `<small class="end" title="what ended the line">{}</small>`, end), say(l.Outcome.String()), " "+why)
}

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
