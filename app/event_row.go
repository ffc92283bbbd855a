package main

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/code/quote"
	"eventsource-playground/eventsource"
	"eventsource-playground/trace"
)

// eventRow is one record; unfolded, all of it.
type eventRow struct {
	app.Compo
	Model    *model
	Language string
	Record   trace.Record
	Index    int
	Unfolded bool
	Copied   bool
}

func (e *eventRow) Render() app.UI {
	r := e.Record
	data, mono := describe(r)
	class := "data"
	if mono {
		class = "data mono"
	}
	ready := strings.ToLower(r.ReadyState.String())
	return view(`<div class="entry" role="presentation" data-unfolded={}>
		<div class="row" role="row" aria-rowindex={} onclick={}>
			<span class="time" role="cell"><button type="button" class="fold" aria-expanded={} aria-label={} onclick={}>{}</button></span>
			<span class={} role="cell">{}</span>
			<span class="ready" role="cell"><span class="chip state" data-state={}>{}</span></span>
			<span class="id mono" role="cell">{}</span>
			<span class={} role="cell">{}</span>
		</div>
		{}
	</div>`,
		e.Unfolded, e.Index+2, e.onRow,
		e.Unfolded, fill(say("{n} s, {type}, details"), "{n}", thousandths(r.T), "{type}", isolated(r.TypeName(), 60)), e.onFold, thousandths(r.T),
		"type "+string(r.Kind), brief(r.TypeName(), 60),
		ready, stateLabel(r.Client, r.ReadyState),
		brief(r.LastEventID, 40),
		class, data,
		e.detail(),
	)
}

// describe is what the data column says, and whether it is the stream's own text.
func describe(r trace.Record) (text string, mono bool) {
	switch r.Kind {
	case trace.Construct:
		options := ""
		if r.WithCredentials {
			options = ", { withCredentials: true }"
		}
		switch r.Client {
		case trace.Engine:
			return "fetch(" + quote.JS(r.URL) + ", …)", true
		case trace.WebSocket:
			return "new WebSocket(" + quote.JS(r.URL) + ")", true
		}
		return "new EventSource(" + quote.JS(r.URL) + options + ")", true
	case trace.Error:
		if r.Cause != "" {
			return visible(brief(r.Cause, 400)), false
		}
		if r.Client == trace.WebSocket {
			return say("no detail is given to scripts; close follows"), false
		}
		if r.ReadyState == eventsource.Closed {
			return say("no detail is given to scripts; the browser gave up"), false
		}
		return say("no detail is given to scripts; the browser will reconnect"), false
	case trace.Ended:
		return visible(brief(r.Cause, 400)), true
	case trace.Dialed:
		return say("a new WebSocket, made by the reconnection by hand"), false
	case trace.Open:
		if r.Client == trace.WebSocket {
			return say("the server agreed; scripts are told no other detail"), false
		}
		return say("the response is an event stream; scripts are told no other detail"), false
	case trace.Close:
		if r.Client == trace.WebSocket {
			return "ws.close()", true
		}
		return "es.close()", true
	}
	if r.Data == "" {
		return say("(empty)"), false
	}
	return brief(r.Data, 400), true
}

// detail is all of a record that is unfolded.
func (e *eventRow) detail() any {
	if !e.Unfolded {
		return nil
	}
	r := e.Record
	fields := []app.UI{}
	add := func(name, value string) {
		fields = append(fields, view(`<dt>{}</dt>`, name), view(`<dd>{}</dd>`, value))
	}
	add("timeStamp", fill(say("{n} ms on the page's clock"), "{n}", strconv.FormatFloat(r.At, 'f', -1, 64)))
	switch r.Kind {
	case trace.Message:
		add("origin", r.Origin)
		add("type", quote.JS(r.Type))
		add("lastEventId", quote.JS(r.LastEventID))
		add("data", count(utf8.RuneCountInString(r.Data), "1 character", "{n} characters"))
	case trace.Construct:
		add("url", exact(r.URL))
	}
	copied := ""
	if e.Copied {
		copied = "row"
	}
	body := r.Data
	if pretty, ok := prettyJSON(r.Data); ok {
		body = pretty
	}
	body, cut := beginning(body)
	return view(`<div class="detail" role="row"><div role="cell" aria-colspan="5">
		<div class="actions">{}</div>
		<dl>{}</dl>
		{}
		{}
	</div></div>`,
		copyButton(say("Copy row"), "row", copied, e.onCopy), fields,
		when(r.Kind == trace.Message || r.Kind == trace.Sent, `<pre role="group" tabindex="0" aria-label="Data">{}</pre>`, visibleLines(body)),
		when(cut > 0, `<p>{}</p>`, count(cut, "1 more character is not shown; Copy has them all.", "{n} more characters are not shown; Copy has them all.")))
}

// beginning is as much of a text as is shown at once, and how many characters are cut off.
func beginning(text string) (shown string, cut int) {
	const most = 100_000
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]), len(runes) - most
	}
	return text, 0
}

func (e *eventRow) onRow(ctx app.Context, event app.Event) {
	if app.Window().Call("getSelection").Get("isCollapsed").Truthy() { // not while text is being selected
		e.onFoldRow()
	}
}

func (e *eventRow) onFold(ctx app.Context, event app.Event) {
	event.Call("stopPropagation")
	e.onFoldRow()
}

func (e *eventRow) onFoldRow() {
	e.Model.table.fold(e.Record.Seq)
	e.Model.copied = ""
}

func (e *eventRow) onCopy(ctx app.Context, _ app.Event) {
	e.Model.copy(ctx, "row", string(e.Record.AppendJSON(nil)))
}
