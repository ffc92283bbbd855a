package main

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/trace"
)

// requestsTab is the requests as the server saw them, newest first.
type requestsTab struct {
	app.Compo
	Model    *model
	Language string
	Changes  int
}

func (t *requestsTab) Render() app.UI {
	m := t.Model
	exchanges, gone := m.log.Exchanges()
	if len(exchanges) == 0 {
		return app.Elem("p").Class("empty").Text(noServerSide(m))
	}
	items := []app.UI{}
	for i := len(exchanges) - 1; i >= 0; i-- {
		items = append(items, exchangeItem(exchanges[i], exchanges, m.newAt(exchanges[i].Source)))
	}
	return app.Elem("div").Class("requests").Body(
		app.If(gone > 0, func() app.UI {
			return app.Elem("p").Class("hint").Text(fill(say("{n} older requests are not kept."), "{n}", grouped(gone)))
		}),
		app.Elem("ol").Body(items...),
	)
}

func exchangeItem(e *trace.Exchange, all []*trace.Exchange, newAt float64) app.UI {
	id := "–"
	if value, sent := headerOf(e.Request.Header, "Last-Event-ID"); sent {
		id = value
	}
	status, ended := say("no answer yet"), say("under way")
	if e.Head != nil {
		status = strconv.Itoa(e.Head.Status)
	}
	if e.End != nil {
		ended = fill(say("{how}, by the {who}"), "{how}", say(e.End.How), "{who}", say(e.End.By))
		if e.Head == nil {
			status = say("no answer")
		}
	}
	cookie := say("no cookie came")
	if e.Request.Cookie {
		cookie = say("a cookie came")
	}
	fact := func(name, value string) app.UI {
		return app.Elem("span").Body(app.Elem("small").Text(name), app.Text(" "+value))
	}
	lines := []app.UI{}
	for _, h := range e.Request.Header {
		lines = append(lines, app.Elem("dt").Text(h.Name), app.Elem("dd").Text(shorten(visible(h.Value), 300)))
	}
	reply := []app.UI{}
	if e.Head != nil {
		reply = append(reply, app.Elem("dt").Text(say("status")+" "+status), app.Elem("dd").Text(fill(say("{n} s after the request"), "{n}", thousandths(e.HeadAt-e.At))))
		for _, h := range e.Head.Header {
			reply = append(reply, app.Elem("dt").Text(h.Name), app.Elem("dd").Text(shorten(visible(h.Value), 300)))
		}
	}
	return app.Elem("li").Body(app.Elem("details").Body(
		app.Elem("summary").Body(
			app.Elem("b").Text(requestName(e, all)),
			fact(say("at"), seconds(e.At-newAt)),
			fact("Last-Event-ID", shorten(visible(id), 40)),
			fact(say("answer"), status),
			fact(say("sent"), fill(say("{n} bytes"), "{n}", grouped(e.Sent))),
			fact(say("ended"), ended),
		),
		app.Elem("h3").Text(fill(say("Request, as it came from port {port}; {cookie}"), "{port}", strconv.Itoa(e.Request.Port), "{cookie}", cookie)),
		app.Elem("p").Class("mono").Text(e.Request.Method+" "+shorten(e.Request.Target, 300)+" "+e.Request.Proto),
		app.Elem("dl").Body(lines...),
		app.If(len(reply) > 0, func() app.UI { return app.Elem("h3").Text(say("Answer, as it was sent")) }),
		app.If(len(reply) > 0, func() app.UI { return app.Elem("dl").Body(reply...) }),
	))
}
