package main

import (
	"slices"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/eventsource"
)

// connectPanel is how the page connects: the call as JavaScript, whose arguments are the controls, and its listeners.
type connectPanel struct {
	Model  *model
	setup  Setup
	known  []string
	said   string
	wrong  string // with the name of a listener
	beside *besideField
	live   bool
	target address
	copied string
}

func (m *model) connectPanel() app.UI {
	c := &m.connection
	return shown(&connectPanel{m, c.setup, c.known, c.said(m.target().wrong), c.wrongListener, m.besideField(), m.alive(), m.target(), m.copied})
}

func (c *connectPanel) draw() app.UI {
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
	return view(`<section class="panel" data-panel="The page connects" aria-label="The page connects">
		<div class="title"><h2>2 · The page connects</h2>{}{}</div>
		<div class="call" role="group" aria-label="The call">
			{}
			<input id="url" type="text" inputmode="url" autocomplete="off" spellcheck="false" autocapitalize="off" value={} aria-label="URL"
				aria-invalid={} aria-describedby="notice" oninput={} onkeydown={}/>
			<label>{}<input id="credentials" type="checkbox" checked={} aria-label="withCredentials" onchange={}/>{}</label>
			<button type="button" class="primary" title="new EventSource; an open one is closed first" onclick={}>Connect</button>
			<button type="button" title="es.close()" disabled={} onclick={}>Close</button>
		</div>
		<div class="call-notices"><p id="notice" class="notice" role="status">{}</p>{}{}</div>
		<div class="listeners">
			<span aria-hidden="true">listens to</span>
			<ul class="chips" aria-label="Listeners">{}</ul>
			<form class="add" onsubmit={}>
				<input id="listener" type="text" list="known" placeholder="+ listener" aria-label="Listener name" aria-describedby="listener-wrong"
					autocomplete="off" spellcheck="false" autocapitalize="off"/>
				<datalist id="known">{}</datalist>
				<button type="submit" class="small">Add</button>
			</form>
		</div>
		<p id="listener-wrong" class="notice" role="status">{}</p>
	</section>`,
		shown(c.beside), copyButton(say("Copy the call"), "call", c.copied, c.onCopy),
		code([]token{{"keyword", "new"}, {"", " EventSource("}}),
		c.setup.URL, c.target.wrong != "", c.onURL, c.onURLKey,
		code([]token{{"", ", { withCredentials: "}}), c.setup.Credentials, c.onCredentials, code([]token{{"", " })"}}),
		c.onConnect, !c.live, c.onClose,
		c.said,
		when(c.target.offer != "", `<button type="button" class="small" onclick={}>{}</button>`, c.onOffer, fill(say("Use {address}"), "{address}", isolated(c.target.offer, 60))),
		when(!eventsource.Supported() && app.IsClient, `<p class="notice">{}</p>`, say(noEventSource)),
		chips,
		c.onAdd, known,
		c.wrong,
	)
}

func (c *connectPanel) onURL(ctx app.Context, e app.Event) {
	typed := valueOf(ctx)
	byHand := e.Get("inputType").String() == "insertText" // then the command may go on
	if address, ok := curlURL(typed); ok && !byHand {
		c.Model.useAddress(address)
		c.Model.connection.notice = func() string {
			return say("This is the address of the curl command. A browser's EventSource sends a GET without headers of yours: what else the command says is left out.")
		}
		return
	}
	s := c.Model.connection.setup
	s.URL = typed
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
	c.Model.copy(ctx, "call", text(constructorCode(c.Model.connection.setup)))
}
