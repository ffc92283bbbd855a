package main

import (
	"slices"
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/eventsource"
	"eventsource-playground/protocol"
	"eventsource-playground/trace"
)

// connectPanel is how the page connects: the call as JavaScript, whose arguments are the controls, and its listeners.
type connectPanel struct {
	Model  *model
	setup  Setup
	known  []string
	said   string
	wrong  string // with the name of a listener
	url    string // as it is shown
	beside *besideField
	live   bool
	target address
	copied string

	kind    trace.ClientKind
	request *requestPanel // nil: there is nothing to choose
	by      reconnection  // by hand
	lacks   string        // what of the scenario is not in the protocol
	cors    *corsHelp     // nil: there is no need
	second  *secondHelp   // the same
}

func (m *model) connectPanel() app.UI {
	c := &m.connection
	return shown(&connectPanel{
		m, c.setup, c.known, c.said(m.target().wrong), c.wrongListener, m.shownURL(), m.besideField(), m.alive(), m.target(), m.copied, m.kind(), m.requestPanel(), m.connection.by, m.notInProtocol(), m.corsHelp(), m.secondHelp(),
	})
}

func (c *connectPanel) draw() app.UI {
	return view(`<section class="panel" data-panel="The page connects" aria-label="The page connects">
		<div class="title"><h2>2 · The page connects</h2>{}{}{}</div>
		<div class="call" role="group" aria-label="The call">
			{}
			<input id="url" type="text" inputmode="url" autocomplete="off" spellcheck="false" autocapitalize="off" value={} readonly={} aria-label="URL"
				aria-invalid={} aria-describedby="notice" oninput={} onblur={} onkeydown={}/>
			{}
			<button type="button" class="primary" title="opens the stream; what is open is closed first" onclick={}>Connect</button>
			<button type="button" title={} disabled={} onclick={}>Close</button>
		</div>
		<div class="call-notices"><p id="notice" class="notice" role="status">{}</p>{}{}{}</div>
		{}
		{}
		{}
		<p id="listener-wrong" class="notice" role="status">{}</p>
		{}
	</section>`,
		c.clientField(), shown(c.beside), copyButton(say("Copy the call"), "call", c.copied, c.onCopy),
		c.beginning(),
		c.url, c.masked(), c.target.wrong != "", c.onURL, c.onURLBlur, c.onURLKey,
		c.optionField(),
		c.onConnect, c.closing(), !c.live, c.onClose,
		c.said,
		when(c.masked(), `<p class="hint">{} <button type="button" class="small" onclick={}>{}</button></p>`,
			say("Secrets in the address are masked."), c.onReveal, say("Show and edit")),
		when(c.target.offer != "", `<button type="button" class="small" onclick={}>{}</button>`, c.onOffer, fill(say("Use {address}"), "{address}", isolated(withoutSecrets(c.target.offer, protocol.Mask), 60))),
		when(!eventsource.Supported() && app.IsClient, `<p class="notice">{}</p>`, say(noEventSource)),
		shownIf(c.second),
		shownIf(c.request),
		c.belowCall(),
		c.wrong,
		shownIf(c.cors),
	)
}

// belowCall is what the client listens to. A WebSocket has no types; but the page may send.
func (c *connectPanel) belowCall() app.UI {
	if c.kind == trace.WebSocket {
		return c.socketFields()
	}
	chips := []app.UI{}
	for _, name := range always {
		chips = append(chips, view(`<li><span class="chip" title="always listened to">{}</span></li>`, name))
	}
	for _, name := range c.setup.Listen {
		chips = append(chips, view(`<li><button type="button" class="chip" aria-label={} title={} onclick={}><bdi>{}</bdi><span aria-hidden="true"> ×</span></button></li>`,
			fill(say("Remove listener {name}"), "{name}", isolated(name, 200)), fill(say("Stop listening to {name}"), "{name}", isolated(name, 200)), scoped{name, c.onRemove(name)}, brief(name, 40)))
	}
	known := []app.UI{}
	for _, name := range c.known {
		if !slices.Contains(c.setup.Listen, name) {
			known = append(known, view(`<option value={}/>`, name))
		}
	}
	return view(`<div class="listeners">
		<span aria-hidden="true">listens to</span>
		<ul class="chips" aria-label="Listeners">{}</ul>
		<form class="add" onsubmit={}>
			<input id="listener" type="text" list="known" placeholder="+ listener" aria-label="Listener name" aria-describedby="listener-wrong"
				autocomplete="off" spellcheck="false" autocapitalize="off"/>
			<datalist id="known">{}</datalist>
			<button type="submit" class="small">Add</button>
		</form>
	</div>`, chips, c.onAdd, known)
}

// beginning is that of the call.
func (c *connectPanel) beginning() app.UI {
	keyword, call := "new", " EventSource("
	switch c.kind {
	case trace.Engine:
		keyword, call = "", "fetch("
	case trace.WebSocket:
		call = " WebSocket("
	}
	return view(`<code><span class="keyword">{}</span>{}</code>`, keyword, call)
}

// closing is the call that Close makes.
func (c *connectPanel) closing() string {
	switch c.kind {
	case trace.Engine:
		return "controller.abort()"
	case trace.WebSocket:
		return "ws.close()"
	}
	return "es.close()"
}

// clientField chooses who reads the stream.
func (c *connectPanel) clientField() app.UI {
	options := []app.UI{}
	for kind, text := range []string{"EventSource", say("Go engine (fetch)"), "WebSocket"} {
		options = append(options, view(`<option value={} selected={} disabled={}>{}</option>`,
			strconv.Itoa(kind), kind == int(c.kind), kind == int(trace.EventSource) && !eventsource.Supported() && app.IsClient, text))
	}
	return view(`<label class="check">with<select id="client" class="small" title="who reads the stream" onchange={}>{}</select></label>`, c.onClient, options)
}

// optionField is the rest of the call: an EventSource's one option, or the method of fetch, whose others are below.
func (c *connectPanel) optionField() app.UI {
	if c.kind == trace.WebSocket {
		return view(`<code>)</code>`)
	}
	if c.kind != trace.Engine {
		const before = ", { withCredentials: "
		return view(`<label><code>{}</code><input id="credentials" type="checkbox" checked={} aria-label="withCredentials" onchange={}/><code>{}</code></label>`,
			before, c.setup.Credentials, c.onCredentials, " })")
	}
	options := []app.UI{}
	all := methods
	if !slices.Contains(all, c.setup.method()) {
		all = append(slices.Clone(all), c.setup.method())
	}
	for _, method := range all {
		options = append(options, view(`<option value={} selected={}>{}</option>`, method, method == c.setup.method(), method))
	}
	const before = ", { method: "
	return view(`<label><code>{}</code><select id="method" aria-label="Method" onchange={}>{}</select><code>{}</code></label>`,
		before, c.onMethod, options, ", … })")
}

// masked reports whether secrets of the address are not shown.
func (c *connectPanel) masked() bool { return c.url != c.setup.URL }

func (c *connectPanel) onReveal(app.Context, app.Event) {
	c.Model.connection.revealed = true
	element("url").Call("focus") // the button that had the focus is gone
}

func (c *connectPanel) onClient(ctx app.Context, _ app.Event) {
	s := c.Model.connection.setup
	s.Engine, s.Socket = valueOf(ctx) == strconv.Itoa(int(trace.Engine)), valueOf(ctx) == strconv.Itoa(int(trace.WebSocket))
	c.Model.change(s)
}

func (c *connectPanel) onMethod(ctx app.Context, _ app.Event) {
	s := c.Model.connection.setup
	s.Method = valueOf(ctx)
	c.Model.change(s)
}

// onURLBlur masks what was typed.
func (c *connectPanel) onURLBlur(app.Context, app.Event) {
	c.Model.connection.typing = false
	c.Model.showSetup()
}

func (c *connectPanel) onURL(ctx app.Context, e app.Event) {
	typed := valueOf(ctx)
	byHand := e.Get("inputType").String() == "insertText" // then the command may go on
	c.Model.connection.typing = true
	if command, ok := readCurl(typed); ok && !byHand {
		c.Model.connection.typing = false
		c.Model.useCurl(command)
		return
	}
	s := c.Model.connection.setup
	s.URL = typed
	switch target := c.Model.address(typed); {
	case target.socket:
		s.Socket, s.Engine = true, false
	case target.ours() || strings.HasPrefix(typed, "http"):
		s.Socket = false
	}
	if s.Socket && !c.Model.address(typed).socket {
		c.Model.connection.setup.URL = typed // on the way to an address: it is not to be completed under the fingers
		return
	}
	c.Model.change(s)
}

// onOffer accepts the address that is offered.
func (c *connectPanel) onOffer(app.Context, app.Event) {
	c.Model.useAddress(c.Model.target().offer)
	element("url").Call("focus") // the button that had the focus is gone
}

func (c *connectPanel) onURLKey(ctx app.Context, e app.Event) {
	if e.Get("key").String() == "Enter" {
		c.Model.connect()
	}
}

func (c *connectPanel) onCredentials(ctx app.Context, _ app.Event) {
	s := c.Model.connection.setup
	s.Credentials = ctx.JSSrc().Get("checked").Bool()
	c.Model.change(s)
}

func (c *connectPanel) onAdd(ctx app.Context, e app.Event) {
	e.PreventDefault()
	field := element("listener")
	m := c.Model
	if m.connection.wrongListener = m.listen(field.Get("value").String()); m.connection.wrongListener == "" {
		field.Set("value", "")
	}
	field.Call("focus")
}

func (c *connectPanel) onRemove(name string) app.EventHandler {
	return func(app.Context, app.Event) {
		c.Model.unlisten(name)
		element("listener").Call("focus") // the button that had the focus is gone
	}
}

func (c *connectPanel) onConnect(app.Context, app.Event) { c.Model.connect() }
func (c *connectPanel) onClose(app.Context, app.Event)   { c.Model.close() }

func (c *connectPanel) onCopy(ctx app.Context, _ app.Event) {
	c.Model.copy(ctx, "call", callCode(c.Model.connection.setup))
}
