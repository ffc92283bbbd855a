package main

import (
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
	Model   *model
	Changes int
	Attempt int // index among the exchanges; -1 is the newest
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
	m := w.Model
	exchanges, _ := m.log.Exchanges()
	if len(exchanges) == 0 {
		return app.Elem("p").Class("empty").Text(noServerSide(m))
	}
	at := w.Attempt
	if at < 0 || at >= len(exchanges) {
		at = len(exchanges) - 1
	}
	e := exchanges[at]
	choices := []app.UI{app.Elem("option").Attr("value", "-1").Attr("selected", w.Attempt < 0).Text("the newest")}
	for i, e := range exchanges {
		choices = append(choices, app.Elem("option").Attr("value", strconv.Itoa(i)).Attr("selected", w.Attempt == i).Text(requestName(e, exchanges)))
	}
	lines := e.Lines
	earlier := e.Forgotten + max(0, len(lines)-shownLines)
	lines = lines[max(0, len(lines)-shownLines):]
	rows := []app.UI{}
	for _, l := range lines {
		rows = append(rows, &wireRow{At: l.At - m.newAt(e.Source), Line: l.Line, Heard: l.Event == nil || m.listensTo(l.Event.Type)})
	}
	said := []string{requestName(e, exchanges), strconv.Itoa(e.Sent) + " bytes"}
	if earlier > 0 {
		said = append(said, grouped(earlier)+" earlier lines are not shown")
	}
	if e.Blind {
		said = append(said, "some bytes were too many to be shown, so what follows them is not decoded")
	}
	if e.Head == nil {
		said = append(said, "no answer yet")
	} else if e.Head.Status != 200 {
		said = append(said, "status "+strconv.Itoa(e.Head.Status)+": a browser reads no events in it")
	}
	return app.Elem("div").Class("wire").Body(
		app.Elem("label").Class("check").Body(app.Text("attempt"), app.Elem("select").Class("small").OnChange(w.onAttempt).Body(choices...)),
		app.Elem("p").Class("hint").Text(strings.Join(said, " · ")+"."),
		app.Elem("p").Class("hint").Text(predictedText(m.log)),
		app.Elem("ol").ID("wire-lines").Class("lines").Attr("tabindex", 0).Aria("label", "Lines, as they were sent").Body(rows...),
	)
}

// predictedText compares what the decoder dispatched from the wire with what the page saw.
func predictedText(log *trace.Log) string {
	unheard := 0
	for _, u := range log.Unheard() {
		unheard += u.Count
	}
	said := "Predicted from the wire: " + grouped(log.Predicted()) + " events. Seen by the page: " + grouped(log.Counts().Events) + "."
	if unheard > 0 {
		said += " Without a listener here: " + grouped(unheard) + "."
	}
	return said
}

func (w *wireTab) onAttempt(ctx app.Context, _ app.Event) {
	if i, err := strconv.Atoi(valueOf(ctx)); err == nil {
		w.Model.attempt = i
	}
}

func noServerSide(m *model) string {
	if s := m.log.State(); s.Source > 0 && !m.ours(s.URL) {
		return "This stream is another server's, and a script is not shown its bytes. Streams of this page's own server show them here."
	}
	return "Nothing yet. Press Connect: each request to this page's own server will show here."
}

func requestName(e *trace.Exchange, all []*trace.Exchange) string {
	name := "request " + strconv.Itoa(e.Attempt)
	if all[0].Source != all[len(all)-1].Source {
		name = "EventSource " + strconv.Itoa(e.Source) + ", " + name
	}
	return name
}

// wireRow is one line.
type wireRow struct {
	app.Compo
	At    float64
	Line  sse.Line
	Heard bool
}

func (r *wireRow) Render() app.UI {
	l := r.Line
	text := visible(l.Raw)
	if l.Raw == "" {
		text = "(blank line)"
		if l.Terminator == "" {
			text = "(the stream ended)"
		}
	}
	why := l.Why
	if l.Event != nil {
		why = l.Event.Type + " " + quoteJS(shorten(l.Event.Data, 80)) + ", lastEventId " + quoteJS(shorten(l.Event.LastEventID, 40))
		if !r.Heard {
			why += ": no listener for this type here"
		}
	}
	return app.Elem("li").DataSet("outcome", l.Outcome.String()).Body(
		app.Elem("span").Class("time").Text(strconv.FormatFloat(r.At/1000, 'f', 3, 64)),
		app.Elem("code").Text(shorten(text, 300)),
		app.Elem("span").Class("outcome").Body(app.Elem("b").Text(l.Outcome.String()), app.Text(" "+why)),
	)
}

// visible shows control characters, which a browser would not.
func visible(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r < 0x20:
			b.WriteRune(0x2400 + r) // the picture of that control character
		case r == 0x7F:
			b.WriteRune(0x2421)
		case r == 0xFEFF:
			b.WriteString("[BOM]")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
