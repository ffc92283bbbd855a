package main

import (
	"slices"
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/eventsource"
)

// connectPanel is how the page connects: the address, the listeners, and the call itself as JavaScript.
type connectPanel struct{ Model *model }

func (c connectPanel) draw() app.UI {
	m := c.Model
	chips := []app.UI{}
	for _, name := range always {
		chips = append(chips, view(`<li><span class="chip" title="always listened to">{}</span></li>`, name))
	}
	for _, name := range m.setup.Listen {
		chips = append(chips, view(`<li><button type="button" class="chip" aria-label={} title={} onclick={}>{}<span aria-hidden="true"> ×</span></button></li>`,
			fill(say("Remove listener {name}"), "{name}", name), fill(say("Stop listening to {name}"), "{name}", name), scoped{name, c.onRemove(name)}, shorten(name, 40)))
	}
	known := []app.UI{}
	for _, name := range m.known {
		if !slices.Contains(m.setup.Listen, name) {
			known = append(known, view(`<option value={}/>`, name))
		}
	}
	return view(`<section class="panel" data-panel="The page connects" aria-label="The page connects">
		<div class="title"><h2>2 · The page connects</h2>{}</div>
		<label class="field wide">
			<span>URL</span>
			<input id="url" type="text" inputmode="url" autocomplete="off" spellcheck="false" autocapitalize="off" value={} aria-invalid={}
				aria-describedby="notice" oninput={} onkeydown={}/>
		</label>
		<p id="notice" class="notice" role="status">{}</p>
		<div class="actions">
			<button type="button" class="primary" title="new EventSource; an open one is closed first" onclick={}>Connect</button>
			<button type="button" title="es.close()" disabled={} onclick={}>Close</button>
		</div>
		{}
		{}
		<label class="check">
			<input type="checkbox" checked={} onchange={}/>
			withCredentials
		</label>
		<div class="code"><pre role="group" tabindex="0" aria-label="The call">{}</pre></div>
		{}
		<ul class="chips" aria-label="Listeners">{}</ul>
		<form class="add" onsubmit={}>
			<input id="listener" type="text" list="known" placeholder="+ listener" aria-label="Listener name" aria-describedby="listener-wrong"
				autocomplete="off" spellcheck="false" autocapitalize="off"/>
			<datalist id="known">{}</datalist>
			<button type="submit">Add</button>
		</form>
		<p id="listener-wrong" class="notice" role="status">{}</p>
	</section>`,
		copyButton(say("Copy the call"), "call", m.copied, c.onCopy),
		m.setup.URL, checkURL(m.setup.URL) != "", c.onURL, c.onURLKey,
		m.said(),
		c.onConnect, !m.subject().State().Live(), c.onClose,
		when(!eventsource.Supported() && app.IsClient, `<p class="notice">{}</p>`, say(noEventSource)),
		when(len(m.beside) > 0, `<p class="check">{}<button type="button" class="small" onclick={}>Close one</button></p>`,
			fill(say("{n} more streams of this scenario are open beside the one that you see."), "{n}", strconv.Itoa(len(m.beside))), c.onCloseBeside),
		m.setup.Credentials, c.onCredentials,
		code(constructorCode(m.setup)),
		when(m.ours(m.setup.URL), `<p class="hint">The page adds session and source to this address, so that the server can show its side.</p>`),
		chips,
		c.onAdd, known,
		m.wrongListener,
	)
}

func (c connectPanel) onURL(ctx app.Context, _ app.Event) {
	s := c.Model.setup
	s.URL = valueOf(ctx)
	c.Model.change(s)
}

func (c connectPanel) onURLKey(ctx app.Context, e app.Event) {
	if e.Get("key").String() == "Enter" {
		c.Model.connect()
	}
}

func (c connectPanel) onCredentials(ctx app.Context, _ app.Event) {
	s := c.Model.setup
	s.Credentials = ctx.JSSrc().Get("checked").Bool()
	c.Model.change(s)
}

func (c connectPanel) onAdd(ctx app.Context, e app.Event) {
	e.PreventDefault()
	field := element("listener")
	m := c.Model
	if m.wrongListener = m.listen(field.Get("value").String()); m.wrongListener == "" {
		field.Set("value", "")
	}
	field.Call("focus")
}

func (c connectPanel) onRemove(name string) app.EventHandler {
	return func(app.Context, app.Event) {
		c.Model.unlisten(name)
		element("listener").Call("focus") // the button that had the focus is gone
	}
}

func (c connectPanel) onCloseBeside(app.Context, app.Event) { c.Model.closeBeside() }

func (c connectPanel) onConnect(app.Context, app.Event) { c.Model.connect() }
func (c connectPanel) onClose(app.Context, app.Event)   { c.Model.close() }

func (c connectPanel) onCopy(ctx app.Context, _ app.Event) {
	c.Model.copy(ctx, "call", text(constructorCode(c.Model.setup)))
}

// copy puts a text on the clipboard and remembers which one, so that its button can say so.
func (m *model) copy(ctx app.Context, what, s string) {
	copyText(ctx, s, func(_ app.Context, ok bool) {
		m.copied = what
		if !ok {
			m.copied = what + " failed"
		}
		m.update()
	})
}

// copyButton says whether its text was the last one copied.
func copyButton(label, what, copied string, onClick app.EventHandler) app.UI {
	word := say("Copy")
	switch copied {
	case what:
		word = say("Copied")
	case what + " failed":
		word = say("Not allowed here")
	}
	if copied == what || copied == what+" failed" {
		label = fill(say("{button}: {word}"), "{button}", label, "{word}", word)
	}
	return view(`<button type="button" class="small" aria-label={} onclick={}>{}</button>`, label, onClick, word)
}

func code(tokens []token) app.UI {
	spans := []app.UI{}
	for _, t := range tokens {
		spans = append(spans, view(`<span class={}>{}</span>`, t.class, t.text))
	}
	return view(`<code>{}</code>`, spans)
}
