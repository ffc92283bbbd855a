package main

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/protocol"
)

// interferePanel changes the stream while it runs. It acts on this page's own stream only.
type interferePanel struct {
	Model  *model
	can    bool
	why    string // not
	paused bool
	wrong  string // what the server said of the last command
	help   bool
}

func (m *model) interferePanel() app.UI {
	return shown(&interferePanel{m, m.canInterfere(), m.whyNot(), m.paused(), m.channel.wrong, m.help})
}

// canInterfere reports whether there is a stream that can be changed.
func (m *model) canInterfere() bool { return m.whyNot() == "" }

func (m *model) whyNot() string {
	switch s := m.subject().State(); {
	case !m.channel.up:
		return say("The channel to the server is down: the page tries again by itself.")
	case !s.Live():
		return say("Connect first: then you can cut, end or hold back the stream while it runs.")
	case !m.address(s.URL).ours():
		return say("This stream is another server's: only streams of this page's own server can be changed.")
	}
	return ""
}

// paused reports whether the server holds back what it sends to the source.
func (m *model) paused() bool {
	exchanges := m.subject().Exchanges()
	return len(exchanges) > 0 && exchanges[len(exchanges)-1].Paused()
}

// actions are what can be done to a stream, each with its key.
var actions = []struct {
	key          string
	do           protocol.Do
	label, title string
}{
	{"c", protocol.DoCut, later("Cut"), later("reset the connection, as when a cable is unplugged")},
	{"e", protocol.DoEnd, later("End"), later("end the response properly")},
	{"p", protocol.DoPause, later("Pause stream"), later("the socket stays open, the bytes stop")},
	{"s", protocol.DoStep, later("Step ▸"), later("send one line of what is held back")},
}

// jumps are the keys that lead to a field.
var jumps = []struct{ key, field, title string }{
	{"m", "send-data", later("write a message of your own to send")},
	{"n", "next", later("choose the next reply")},
}

// jump puts the cursor into a field, unfolding what holds it.
func jump(field string) {
	element("send").Set("open", true)
	element(field).Call("focus")
}

var asPlanned = later("as planned")

var nextReplies = []struct {
	label string
	next  protocol.Reply
}{
	{"200", protocol.Reply{Status: 200}},
	{"204 No Content", protocol.Reply{Status: 204}},
	{"404 Not Found", protocol.Reply{Status: 404}},
	{"500", protocol.Reply{Status: 500}},
	{"503", protocol.Reply{Status: 503}},
	{later("wrong type"), protocol.Reply{Do: protocol.ReplyWrongType}},
	{later("refuse"), protocol.Reply{Do: protocol.ReplyRefuse}},
	{later("redirect"), protocol.Reply{Do: protocol.ReplyRedirect}},
}

func (p *interferePanel) draw() app.UI {
	can := p.can
	buttons := []app.UI{}
	for _, a := range actions {
		button := `<button type="button" title={} disabled={} onclick={}>{}</button>`
		values := []any{fill(say("{title} (key {key})"), "{title}", say(a.title), "{key}", a.key), !can, scoped{a.do, p.onAction(a.do)}, say(a.label)}
		if a.do == protocol.DoPause {
			button = `<button type="button" class="toggle" aria-pressed={} title={} disabled={} onclick={}>{}</button>`
			values = append([]any{p.paused}, values...)
		}
		buttons = append(buttons, view(button, values...))
	}
	replies := []app.UI{view(`<option value={}>{}</option>`, asPlanned, say(asPlanned))}
	for _, r := range nextReplies {
		replies = append(replies, view(`<option value={}>{}</option>`, r.label, say(r.label)))
	}
	return view(`<section class="panel" data-panel="You interfere" aria-label="You interfere">
		<div class="title">
			<h2>3 · You interfere</h2>
			<button type="button" class="small" aria-expanded={} title="Keys (key ?)" aria-label="Keys" onclick={}>?</button>
		</div>
		{}
		<div class="actions even">{}</div>
		<label class="check">Next reply<select id="next" class="small" disabled={} onchange={}>{}</select></label>
		<details id="send" class="adjust">
			<summary>Send an event of your own</summary>
			<form class="fields" onsubmit={}>
				{}
				<label class="field wide"><span>data</span><textarea id="send-data" rows="2" spellcheck="false"/></label>
				<label class="field wide">
					<span>{}</span>
					<input type="text" id="send-raw" placeholder="data: half an ev" autocomplete="off" spellcheck="false"/>
				</label>
				<button type="submit" disabled={}>Send</button>
			</form>
		</details>
		<p class="notice" role="status">{}</p>
		{}
	</section>`,
		p.help, p.onHelp,
		when(!can, `<p class="hint">{}</p>`, p.why),
		buttons,
		!can, p.onNext, replies,
		p.onSend,
		[]app.UI{
			field("send-event", "event", "message"), field("send-id", "id", say("none")),
			field("send-retry", "retry", say("none")), field("send-comment", say("comment"), say("none")),
		},
		fill(say("or raw bytes, with {escapes}"), "{escapes}", `\n \r \0 \xFF \uFEFF`),
		!can,
		say(p.wrong),
		when(p.help, `<dl class="keys">{}</dl>`, keys()),
	)
}

// keys are what a key does, as a list.
func keys() []app.UI {
	list := []app.UI{}
	add := func(key, does string) {
		list = append(list, view(`<dt><kbd>{}</kbd></dt>`, key), view(`<dd>{}</dd>`, say(does)))
	}
	for _, a := range actions {
		add(a.key, a.title)
	}
	for _, j := range jumps {
		add(j.key, j.title)
	}
	add("?", later("shows and hides this list"))
	return list
}

func field(id, label, usual string) app.UI {
	return view(`<label class="field">
		<span>{}</span>
		<input type="text" id={} placeholder={} autocomplete="off" spellcheck="false"/>
	</label>`, label, id, usual)
}

func (p *interferePanel) onAction(do protocol.Do) app.EventHandler {
	return func(app.Context, app.Event) { p.Model.interfere(do) }
}

func (p *interferePanel) onHelp(app.Context, app.Event) { p.Model.help = !p.Model.help }

func (p *interferePanel) onNext(ctx app.Context, _ app.Event) {
	for _, r := range nextReplies {
		if r.label == valueOf(ctx) {
			p.Model.channel.do(protocol.Command{Do: protocol.DoNext, Next: &r.next})
		}
	}
	element("next").Set("value", asPlanned)
}

func (p *interferePanel) onSend(ctx app.Context, e app.Event) {
	e.PreventDefault()
	text := func(id string) string { return element(id).Get("value").String() }
	bytes, err := compose(text("send-event"), text("send-id"), text("send-retry"), text("send-comment"), text("send-data"))
	if raw := text("send-raw"); raw != "" {
		bytes, err = unescape(raw)
	}
	if err != nil {
		p.Model.channel.wrong = err.Error()
		return
	}
	if n := len(bytes); n > protocol.MaxSend {
		p.Model.channel.wrong = fill(say("At most {most} bytes can be sent at once; these are {n}: send fewer."), "{most}", grouped(protocol.MaxSend), "{n}", grouped(n))
		return
	}
	p.Model.channel.do(protocol.Command{Do: protocol.DoSend, Bytes: bytes})
}

// interfere does one of the actions.
func (m *model) interfere(do protocol.Do) {
	if do == protocol.DoPause && m.paused() {
		do = protocol.DoResume
	}
	m.channel.do(protocol.Command{Do: do})
}
