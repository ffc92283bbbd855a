package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/protocol"
	"eventsource-playground/trace"
)

// requestsTab is the requests as the server saw them, newest first.
type requestsTab struct {
	app.Compo
	Model     *model
	Language  string
	Changes   int // of the log
	Exchanges []*trace.Exchange
	All       []*trace.Exchange // of other lanes, too
	Unfolded  []*trace.Exchange
	Gone      int // older ones that are not kept
	Timing    trace.Timing
	Gaps      trace.Gaps
	Nothing   string // said where there is no exchange
}

func (m *model) requestsTab() app.UI {
	all, gone := m.log.Exchanges()
	exchanges := m.exchanges()
	return &requestsTab{
		Model: m, Language: voice.Code, Changes: m.log.Changes(), Exchanges: exchanges, All: all, Unfolded: m.tabs.unfoldedRequests(exchanges),
		Gone: gone, Timing: m.subject().Timing(), Gaps: *m.subject().Gaps(), Nothing: m.noServerSide(),
	}
}

func (t *requestsTab) OnUpdate(ctx app.Context) {
	if list := element("requests"); list.Truthy() {
		keepFocus(ctx, list)
	}
}

func (t *requestsTab) Render() app.UI {
	exchanges, gone := t.Exchanges, t.Gone
	if len(exchanges) == 0 {
		return view(`<p class="empty">{}</p>`, t.Nothing)
	}
	items := []app.UI{}
	several := exchanges[0].Source != exchanges[len(exchanges)-1].Source
	for i := len(exchanges) - 1; i >= 0; i-- {
		e, source := exchanges[i], any(nil)
		if several && (i == len(exchanges)-1 || exchanges[i+1].Source != e.Source) {
			source = view(`<h3>{}</h3>`, e.SourceName())
		}
		items = append(items, view(`<li>{}{}</li>`, source, t.item(e)))
	}
	names := []app.UI{}
	for _, f := range requestFacts(&trace.Exchange{}) {
		names = append(names, view(`<span>{}</span>`, f.name))
	}
	return view(`<div class="requests">{}{}<p class="line" aria-hidden="true"><span>request</span>{}</p><ol id="requests" tabindex="-1">{}</ol></div>`,
		t.times(),
		when(gone > 0, `<p class="hint">{}</p>`, count(gone, "1 older request is not kept.", "{n} older requests are not kept.")),
		names, items)
}

// requestFact is a part of what the line of a request says, a column.
type requestFact struct{ name, value string }

func requestFacts(e *trace.Exchange) []requestFact {
	id := "–"
	if value, sent := protocol.HeaderOf(e.Request.Header, "Last-Event-ID"); sent {
		id = value
	}
	return []requestFact{
		{say("at"), seconds(e.T(e.At))},
		{say("protocol"), brief(cmp.Or(e.Request.Proto, "–"), 20)},
		{say("status"), statusOf(e)},
		sizes(e),
		{say("duration"), lasted(e)},
		{say("ended"), endOf(e)},
		{"Last-Event-ID", brief(id, 40)},
	}
}

// sharedWith are the others whose streams went over the same connection at the same time, in words; "": nobody's.
func sharedWith(e *trace.Exchange, all []*trace.Exchange) string {
	const most = 6
	names, more := []string{}, 0
	for _, other := range all {
		switch {
		case other == e || !e.Shares(other):
		case len(names) == most:
			more++
		default:
			names = append(names, fill(say("{source}, stream {n}"), "{source}", other.SourceName(), "{n}", strconv.Itoa(other.Request.Stream)))
		}
	}
	if len(names) == 0 {
		return ""
	}
	if more > 0 {
		names = append(names, count(more, "1 more", "{n} more"))
	}
	return fill(say("The connection was shared with: {streams}."), "{streams}", strings.Join(names, say("; ")))
}

func statusOf(e *trace.Exchange) string {
	switch {
	case e.Head != nil:
		return strconv.Itoa(e.Head.Status)
	case e.End != nil:
		return say("none")
	}
	return say("none yet")
}

// sizes are the bytes of the body that were sent, and what compression made of them.
func sizes(e *trace.Exchange) requestFact {
	if e.Packed == 0 {
		return requestFact{say("sent"), count(e.Sent, "1 byte", "{n} bytes")}
	}
	return requestFact{say("sent, compressed to"), grouped(e.Sent) + " → " + count(e.Packed, "1 byte", "{n} bytes")}
}

// lasted is the time from a request to the end of its response.
func lasted(e *trace.Exchange) string {
	switch {
	case e.End != nil:
		return duration(e.EndAt - e.At)
	case e.Unknown:
		return "–"
	}
	return say("under way")
}

// endOf is how a response ended, and who ended it.
func endOf(e *trace.Exchange) string {
	switch {
	case e.End != nil && e.End.By == "":
		return say(string(e.End.How))
	case e.End != nil:
		return fill(say("{how}, by the {who}"), "{how}", say(string(e.End.How)), "{who}", say(string(e.End.By)))
	case e.Unknown:
		return say("not known: the server that saw it is gone")
	}
	return "–"
}

// item is one request: a line, and unfolded its heads.
func (t *requestsTab) item(e *trace.Exchange) app.UI {
	facts := []app.UI{}
	for _, f := range requestFacts(e) {
		facts = append(facts, view(`<span><small>{}</small> <bdi>{}</bdi></span>`, f.name, f.value))
	}
	reply, replyTitle := []app.UI{}, any(nil)
	if e.Head != nil {
		replyTitle = view(`<h3>{}</h3>`, responseTitle(e))
		reply = append([]app.UI{
			view(`<dt>{}</dt>`, say("status")+" "+statusOf(e)),
			view(`<dd>{}</dd>`, fill(say("{n} s after the request"), "{n}", thousandths(e.HeadAt-e.At))),
		}, fields(e.Head.Header)...)
	}
	at, shared := requestSpot(e), ""
	if e.Request.Stream > 0 {
		shared = sharedWith(e, t.All)
	}
	return view(`<details open={}>
		<summary class="line" id={} onclick={}><b>{}</b>{}</summary>
		<h3>{}</h3>
		<p class="mono">{}</p>
		{}
		<dl>{}</dl>
		{}
		{}
		{}
		{}
	</details>`,
		slices.Contains(t.Unfolded, e), fmt.Sprintf("request-%d-%d", e.Source, e.Attempt), scoped{at, t.onFold(at)},
		requestName(e, []*trace.Exchange{e}), facts,
		requestTitle(e),
		e.Request.Method+" "+brief(e.Request.Target, 300)+" "+e.Request.Proto,
		when(shared != "", `<p class="hint">{}</p>`, shared),
		fields(e.Request.Header),
		replyTitle,
		when(e.Head != nil, `<dl>{}</dl>`, reply),
		when(e.Said() != "", `<h3>{}</h3>`, say("What the body says")),
		when(e.Said() != "", `<pre class="said">{}</pre>`, visibleLines(e.Said())),
	)
}

func requestTitle(e *trace.Exchange) string {
	if e.Told() {
		return say("Request, as the Go engine asked for it; the browser adds headers that no script sees")
	}
	cookie := say("no cookie came")
	if e.Request.Cookie {
		cookie = say("a cookie came")
	}
	if e.Request.Authorization {
		cookie += say(", ") + say("an Authorization came")
	}
	if e.Request.Server != "" {
		cookie += say(", ") + fill(say("received by server {server}"), "{server}", e.Request.Server)
	}
	port := strconv.Itoa(e.Request.Port)
	if e.Request.Stream > 0 {
		return fill(say("Request, as stream {n} of the connection from port {port}; {cookie}"), "{n}", strconv.Itoa(e.Request.Stream), "{port}", port, "{cookie}", cookie)
	}
	return fill(say("Request, as it came from port {port}; {cookie}"), "{port}", port, "{cookie}", cookie)
}

func responseTitle(e *trace.Exchange) string {
	if e.Told() {
		return say("Response, as far as a script may read it: of another origin the safelisted headers, and those that Access-Control-Expose-Headers names")
	}
	return say("Response, as it was sent")
}

// onFold is a click, which the keyboard makes as well, in place of what the browser would do by itself.
func (t *requestsTab) onFold(at spot) app.EventHandler {
	return func(_ app.Context, event app.Event) {
		event.PreventDefault()
		t.Model.tabs.fold(at)
	}
}

// fields are the lines of a head.
func fields(headers []protocol.Header) []app.UI {
	lines := []app.UI{}
	for _, h := range headers {
		lines = append(lines, view(`<dt>{}</dt>`, exact(h.Name)), view(`<dd>{}</dd>`, brief(h.Value, 300)))
	}
	return lines
}
