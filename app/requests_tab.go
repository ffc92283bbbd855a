package main

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/protocol"
	"eventsource-playground/trace"
)

// requestsTab is the requests as the server saw them, newest first.
type requestsTab struct {
	app.Compo
	Language  string
	Changes   int // of the log
	Exchanges []*trace.Exchange
	Gone      int    // older ones that are not kept
	Nothing   string // said where there is no exchange
}

func (m *model) requestsTab() app.UI {
	_, gone := m.log.Exchanges()
	return &requestsTab{
		Language: voice.Code, Changes: m.log.Changes(), Exchanges: m.exchanges(), Gone: gone, Nothing: m.noServerSide(),
	}
}

func (t *requestsTab) Render() app.UI {
	exchanges, gone := t.Exchanges, t.Gone
	if len(exchanges) == 0 {
		return view(`<p class="empty">{}</p>`, t.Nothing)
	}
	items := []app.UI{}
	for i := len(exchanges) - 1; i >= 0; i-- {
		items = append(items, exchangeItem(exchanges[i], exchanges))
	}
	return view(`<div class="requests">{}<ol>{}</ol></div>`,
		when(gone > 0, `<p class="hint">{}</p>`, count(gone, "1 older request is not kept.", "{n} older requests are not kept.")),
		items)
}

func exchangeItem(e *trace.Exchange, all []*trace.Exchange) app.UI {
	id := "–"
	if value, sent := protocol.HeaderOf(e.Request.Header, "Last-Event-ID"); sent {
		id = value
	}
	status, ended := say("no response yet"), say("under way")
	if e.Head != nil {
		status = strconv.Itoa(e.Head.Status)
	}
	if e.Unknown {
		ended = say("not known: the server that saw it is gone")
	}
	if e.End != nil {
		ended = fill(say("{how}, by the {who}"), "{how}", say(string(e.End.How)), "{who}", say(string(e.End.By)))
		if e.Head == nil {
			status = say("no response")
		}
	}
	cookie := say("no cookie came")
	if e.Request.Cookie {
		cookie = say("a cookie came")
	}
	fact := func(name, value string) app.UI {
		return view(`<span><small>{}</small> <bdi>{}</bdi></span>`, name, value)
	}
	reply, replyTitle := []app.UI{}, any(nil)
	if e.Head != nil {
		replyTitle = view(`<h3>Response, as it was sent</h3>`)
		reply = append([]app.UI{
			view(`<dt>{}</dt>`, say("status")+" "+status),
			view(`<dd>{}</dd>`, fill(say("{n} s after the request"), "{n}", thousandths(e.HeadAt-e.At))),
		}, fields(e.Head.Header)...)
	}
	return view(`<li><details>
		<summary><b>{}</b>{}{}{}{}{}</summary>
		<h3>{}</h3>
		<p class="mono">{}</p>
		<dl>{}</dl>
		{}
		{}
		{}
		{}
	</details></li>`,
		requestName(e, all),
		fact(say("at"), seconds(e.T(e.At))),
		fact("Last-Event-ID", brief(id, 40)),
		fact(say("response"), status),
		fact(say("sent"), sentBytes(e, grouped)),
		fact(say("ended"), ended),
		fill(say("Request, as it came from port {port}; {cookie}"), "{port}", strconv.Itoa(e.Request.Port), "{cookie}", cookie),
		e.Request.Method+" "+brief(e.Request.Target, 300)+" "+e.Request.Proto,
		fields(e.Request.Header),
		replyTitle,
		when(e.Head != nil, `<dl>{}</dl>`, reply),
		when(e.Said() != "", `<h3>{}</h3>`, say("What the body says")),
		when(e.Said() != "", `<pre class="said">{}</pre>`, visibleLines(e.Said())),
	)
}

// sentBytes is how much of a body was sent, and what compression made of it.
func sentBytes(e *trace.Exchange, number func(int) string) string {
	if e.Packed == 0 {
		return fill(say("{n} bytes"), "{n}", number(e.Sent))
	}
	return fill(say("{n} bytes, compressed to {packed}"), "{n}", number(e.Sent), "{packed}", number(e.Packed))
}

// fields are the lines of a head.
func fields(headers []protocol.Header) []app.UI {
	lines := []app.UI{}
	for _, h := range headers {
		lines = append(lines, view(`<dt>{}</dt>`, exact(h.Name)), view(`<dd>{}</dd>`, brief(h.Value, 300)))
	}
	return lines
}
