package main

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/trace"
)

// requestsTab is the requests as the server saw them, newest first.
type requestsTab struct {
	app.Compo
	Model   *model
	Changes int
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
			return app.Elem("p").Class("hint").Text(grouped(gone) + " older requests are not kept.")
		}),
		app.Elem("ol").Body(items...),
	)
}

func exchangeItem(e *trace.Exchange, all []*trace.Exchange, newAt float64) app.UI {
	id := "–"
	if value, sent := headerOf(e.Request.Header, "Last-Event-ID"); sent {
		id = value
	}
	status, ended := "no answer yet", "under way"
	if e.Head != nil {
		status = strconv.Itoa(e.Head.Status)
	}
	if e.End != nil {
		ended = e.End.How + ", by the " + e.End.By
		if e.Head == nil {
			status = "no answer"
		}
	}
	cookie := "no cookie came"
	if e.Request.Cookie {
		cookie = "a cookie came"
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
		reply = append(reply, app.Elem("dt").Text("status "+status), app.Elem("dd").Text(strconv.FormatFloat((e.HeadAt-e.At)/1000, 'f', 3, 64)+" s after the request"))
		for _, h := range e.Head.Header {
			reply = append(reply, app.Elem("dt").Text(h.Name), app.Elem("dd").Text(shorten(visible(h.Value), 300)))
		}
	}
	return app.Elem("li").Body(app.Elem("details").Body(
		app.Elem("summary").Body(
			app.Elem("b").Text(requestName(e, all)),
			fact("at", strconv.FormatFloat((e.At-newAt)/1000, 'f', 3, 64)+" s"),
			fact("Last-Event-ID", shorten(visible(id), 40)),
			fact("answer", status),
			fact("sent", grouped(e.Sent)+" bytes"),
			fact("ended", ended),
		),
		app.Elem("h3").Text("Request, as it came from port "+strconv.Itoa(e.Request.Port)+"; "+cookie),
		app.Elem("p").Class("mono").Text(e.Request.Method+" "+shorten(e.Request.Target, 300)+" "+e.Request.Proto),
		app.Elem("dl").Body(lines...),
		app.If(len(reply) > 0, func() app.UI { return app.Elem("h3").Text("Answer, as it was sent") }),
		app.If(len(reply) > 0, func() app.UI { return app.Elem("dl").Body(reply...) }),
	))
}
