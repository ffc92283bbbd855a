package main

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/protocol"
)

// interferePanel changes the stream while it runs. It acts on this page's own stream only.
type interferePanel struct {
	Model *model
	why   string // it can't be changed now; "": it can
	held  bool
	wrong string // what the server said of the last command
	help  bool
}

func (m *model) interferePanel() app.UI {
	return shown(&interferePanel{m, m.whyNot(), m.paused(), m.channel.wrong, m.help})
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
	{"h", protocol.DoPause, later("Hold"), later("the socket stays open, the bytes stop")},
	{"s", protocol.DoStep, later("Step"), later("send one line of what is held back")},
}

// jumps are what opens over the panel, each with its key, its id and the field or button where the focus goes.
var jumps = []struct{ key, id, focus, label, title string }{
	{"m", "send", "#send-data", later("Send…"), later("write a message of your own to send")},
	{"n", "next", "#next button", later("Next response"), later("choose the response to the next request")},
}

// jump opens one of them.
func jump(id, focus string) {
	if popover := element(id); popover.Truthy() { // not on another page
		popover.Call("togglePopover", true)
		app.Window().Get("document").Call("querySelector", focus).Call("focus")
	}
}

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

// draw draws commands that can't be given now as disabled, but leaves them where Tab gets to: the reason is their title, which
// a screen reader says as well.
func (p *interferePanel) draw() app.UI {
	cannot := p.why != ""
	title := func(does, key string) string {
		if cannot {
			return p.why
		}
		return fill(say("{title} (key {key})"), "{title}", say(does), "{key}", key)
	}
	buttons := []app.UI{}
	for _, a := range actions {
		button := `<button type="button" aria-disabled={} aria-keyshortcuts={} title={} onclick={}>{}<kbd aria-hidden="true">{}</kbd></button>`
		values := []any{cannot, a.key, title(a.title, a.key), scoped{a.do, p.onAction(a.do)}, say(a.label), a.key}
		if a.do == protocol.DoPause {
			button = `<button type="button" class="toggle" aria-pressed={} aria-disabled={} aria-keyshortcuts={} title={} onclick={}>{}<kbd aria-hidden="true">{}</kbd></button>`
			values = append([]any{p.held}, values...)
		}
		buttons = append(buttons, view(button, values...))
	}
	for _, j := range jumps {
		opens := j.id
		if cannot {
			opens = ""
		}
		buttons = append(buttons, view(`<button type="button" popovertarget={} aria-disabled={} aria-keyshortcuts={} title={}>{}<kbd aria-hidden="true">{}</kbd></button>`,
			opens, cannot, j.key, title(j.title, j.key), say(j.label), j.key))
	}
	replies := []app.UI{}
	for _, r := range nextReplies {
		replies = append(replies, view(`<button type="button" class="small" popovertarget="next" popovertargetaction="hide" disabled={} onclick={}>{}</button>`,
			cannot, scoped{r.label, p.onNext(&r.next)}, say(r.label)))
	}
	return view(`<section data-panel="You interfere" aria-label="You interfere">
		<div class="title">
			<h2>3 · You interfere</h2>
			<div class="commands">
				{}
				<button type="button" class="help" aria-expanded={} title="Keys (key ?)" aria-label="Keys" onclick={}>?</button>
			</div>
		</div>
		<p class="notice" role="status">{}</p>
		<form id="send" class="popover fields" popover="auto" aria-label="Send an event of your own" onsubmit={}>
			{}
			<label class="field wide"><span>data</span><textarea id="send-data" rows="2" spellcheck="false"/></label>
			<label class="field wide">
				<span>{}</span>
				<input type="text" id="send-raw" placeholder="data: half an ev" autocomplete="off" spellcheck="false"/>
			</label>
			<p class="notice wide">{}</p>
			<button type="submit" class="primary" disabled={}>Send</button>
		</form>
		<div id="next" class="popover" popover="auto" role="group" aria-label="Next response">
			<p class="hint">The next request of this EventSource gets:</p>
			<div class="actions">{}</div>
		</div>
		{}
	</section>`,
		buttons, p.help, p.onHelp,
		say(p.wrong),
		p.onSend,
		[]app.UI{
			field("send-event", "event", "message"), field("send-id", "id", say("none")),
			field("send-retry", "retry", say("none")), field("send-comment", say("comment"), say("none")),
		},
		fill(say("or raw bytes, with {escapes}"), "{escapes}", `\n \r \0 \xFF \uFEFF`),
		say(p.wrong), cannot,
		replies,
		when(p.help, `<dl class="keys">{}</dl>`, keys()), // last: what comes before stays what it is, open or not
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
	add("+", later("a narrower timeline"))
	add("-", later("a wider timeline"))
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

func (p *interferePanel) onNext(next *protocol.Reply) app.EventHandler {
	return func(app.Context, app.Event) { p.Model.channel.do(protocol.Command{Do: protocol.DoNext, Next: next}) }
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

// interfere does one of the actions, if there is a stream that can be changed.
func (m *model) interfere(do protocol.Do) {
	if !m.canInterfere() {
		return
	}
	if do == protocol.DoPause && m.paused() {
		do = protocol.DoResume
	}
	m.channel.do(protocol.Command{Do: do})
}
