package main

import (
	"strconv"
	"strings"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/eventsource"
	"eventsource-playground/lesson"
	"eventsource-playground/protocol"
	"eventsource-playground/sse"
)

// roomView is the page of a room: its maker's, or how to get into one.
type roomView struct {
	app.Compo
	Model    *model
	Language string
	Now      float64 // it shows what goes on, so each drawing is another
	room     *room
	course   *course

	pupils []pupil // in their order, of the last drawing
	widths widths
}

func (m *model) roomView(now float64) app.UI {
	return &roomView{Model: m, Language: voice.Code, Now: now, room: &m.room, course: &m.course}
}

func (v *roomView) Render() app.UI {
	r := v.room
	if !r.isMaker() {
		return view(`<main class="room start">{}</main>`, v.start())
	}
	v.pupils = inOrderBy(r.all(), r.order)
	return view(`<main class="room">
		<div class="column">{}{}{}</div>
		<div class="column">{}</div>
		<div class="column">{}{}</div>
	</main>`, v.place(), v.question(), v.sending(), v.lanes(), v.measured(), v.underneath())
}

// start is for who is in no room, or in one as a reader.
func (v *roomView) start() app.UI {
	r := v.room
	if r.isReader() {
		return view(`<section class="panel" aria-label="Room">
			<h2>Room</h2>
			<p class="name">{}</p>
			<p>{}</p>
			<div class="actions"><button type="button" class="primary" onclick={}>To the playground</button><button type="button" onclick={}>Leave the room</button></div>
		</section>`, r.name, fill(say("Here you are {name}. Your own EventSource reads the room’s stream; the room’s maker sees its state, and no more of you."), "{name}", r.joined.Name), v.onPlayground, v.onLeave)
	}
	waits := r.name != "" && r.joined.Room == ""
	return view(`<section class="panel" aria-label="Room">
		<h2>Room</h2>
		<p class="lead">One stream for a whole class: everyone’s own browser reads it, predicts, and measures. You see all of them.</p>
		<div class="actions"><button type="button" class="primary" disabled={} onclick={}>Make a room</button></div>
		<form class="actions" onsubmit={}>
			<label class="field"><span>or the name of a room</span><input id="room-name" type="text" autocomplete="off" autocapitalize="off" spellcheck="false"/></label>
			<button type="submit">Enter</button>
		</form>
		<p class="notice" role="alert">{}</p>
		<p class="hint" role="status">{}</p>
		<p class="hint">Nobody needs an account: a reader gets an animal’s name, and nothing about a person is kept.</p>
	</section>`, r.making, v.onMake, v.onEnter, r.wrong, when(waits, `<span>{}</span>`, fill(say("Entering {room} …"), "{room}", r.name)))
}

// place is where the room is.
func (v *roomView) place() app.UI {
	r := v.room
	here := count(r.class.Readers-r.class.Away, "1 here", "{n} here")
	if r.class.Away > 0 {
		here += " · " + count(r.class.Away, "1 away", "{n} away")
	}
	return view(`<section class="panel" data-panel="Room" aria-label="Room">
		<div class="title"><h2>Room</h2><span class="hint" role="status">{}</span></div>
		<div class="where">
			<div><p class="name">{}</p><p class="mono address">{}</p></div>
			<img src={} alt={} width="104" height="104"/>
		</div>
		<div class="actions">
			<button type="button" class="small" onclick={}>Copy the address</button>
			<button type="button" class="small" title="The link holds the room’s key: whoever has it is the maker, too" onclick={}>Run it on another machine</button>
			<button type="button" class="small" onclick={}>End the room</button>
		</div>
		<p class="hint" role="status">{}</p>
		<p class="notice" role="alert">{}</p>
	</section>`, here, r.name, withoutHTTP(r.joined.Address), codeOf(r.name), fill(say("QR code of {address}"), "{address}", r.joined.Address),
		v.onCopyAddress, v.onCopyKey, v.onEnd, r.said, r.wrong)
}

// codeOf is the room's address as a picture to scan.
func codeOf(name string) string { return roomPath(name) + "/qr.svg?lang=" + voice.Code }

func withoutHTTP(address string) string { return strings.TrimPrefix(address, "http://") }

// question is the lesson, what is predicted, and the reveal.
func (v *roomView) question() app.UI {
	r, c := v.room, v.course
	options := []app.UI{}
	for _, l := range c.list {
		options = append(options, view(`<option value={} selected={}>{}</option>`, l.Name, c.lesson != nil && l.Name == c.lesson.Name, strconv.Itoa(l.Number)+" · "+l.Title))
	}
	q := r.class.Question
	asked := q != nil && c.lesson != nil && q.Lesson == c.lesson.Name
	body := any(nil)
	if c.lesson != nil {
		choices := []app.UI{}
		for i, choice := range c.lesson.Choices {
			bars := []app.UI{}
			if asked {
				for asking, bar := range q.Bars {
					if i < len(bar) {
						bars = append(bars, barOf(asking, bar[i], r.class.Readers))
					}
				}
			}
			choices = append(choices, view(`<li><span>{}</span>{}</li>`, marked(lesson.Fill(say, choice.Text, nil)), bars))
		}
		body = view(`<div><h3>{}</h3><p>{}</p><ol class="bars">{}</ol></div>`, c.lesson.Title, marked(lesson.Fill(say, c.lesson.Question, nil)), choices)
	}
	status := ""
	switch {
	case asked && q.Revealed:
		status = fill(say("{n} of {all} have played it."), "{n}", strconv.Itoa(len(r.class.Outcomes)), "{all}", strconv.Itoa(r.class.Readers))
	case asked:
		status = fill(say("{n} of {all} have predicted."), "{n}", strconv.Itoa(q.Answered), "{all}", strconv.Itoa(r.class.Readers))
	}
	ask, class := say("Ask the room"), "primary"
	if asked {
		ask = say("Ask again")
	}
	if asked && !q.Revealed {
		class = ""
	}
	return view(`<section class="panel" data-panel="Question" aria-label="Question">
		<div class="title"><h2>Predict</h2><span class="hint" role="status">{}</span></div>
		<select id="room-lesson" aria-label="Lesson" onchange={}>{}</select>
		{}
		<div class="actions">
			{}
			<button type="button" class={} disabled={} onclick={}>{}</button>
		</div>
	</section>`, status, v.onLesson, options, body,
		when(asked && !q.Revealed, `<button type="button" class="primary" onclick={}>{}</button>`, v.onReveal,
			count(r.class.Readers, "Reveal: run it in 1 browser", "Reveal: run it in all {n} browsers")),
		class, c.lesson == nil || r.class.Readers == 0, v.onAsk, ask)
}

// barOf is how many of all chose something, in one asking.
func barOf(asking, n, all int) app.UI {
	return view(`<span class="bar-of" data-asking={}><progress max={} value={} aria-label={}/><b>{}</b></span>`,
		strconv.Itoa(asking), strconv.Itoa(max(1, all)), strconv.Itoa(n), fill(say("predicted, asking {n}"), "{n}", strconv.Itoa(asking+1)), strconv.Itoa(n))
}

// sending is what the maker does to everyone.
func (v *roomView) sending() app.UI {
	r := v.room
	preview := []app.UI{}
	for _, l := range decoded(r.raw) {
		preview = append(preview, view(`<li><code>{}</code> <small>{}</small></li>`, brief(l.Text(), 80), say(l.Outcome.String())))
	}
	return view(`<section class="panel" data-panel="Send to everyone" aria-label="Send to everyone">
		<h2>Send to everyone</h2>
		<form class="fields" onsubmit={}>
			<label class="field"><span>event</span><input id="room-type" type="text" placeholder="message" autocomplete="off" spellcheck="false"/></label>
			<label class="field"><span>data</span><input id="room-data" type="text" autocomplete="off" spellcheck="false"/></label>
			<label class="field"><span>retry</span><input id="room-retry" type="text" inputmode="numeric" placeholder={} autocomplete="off"/></label>
			<button type="submit" class="primary">Send</button>
		</form>
		<div class="actions">
			<button type="button" class="small" onclick={}>Cut all</button>
			<button type="button" class="small" onclick={}>End all</button>
			<button type="button" class="small" onclick={}>Hold all</button>
			<button type="button" class="small" onclick={}>Release</button>
			<button type="button" class="small" title="Each reader gets a reconnection time of its own, from 2 to 20 seconds" onclick={}>retry: 2000–20000, at random</button>
		</div>
		<details><summary>Raw lines</summary>
			<textarea id="room-raw" rows="4" aria-label="Lines of an event stream" spellcheck="false" oninput={}/>
			<ol class="lines-preview">{}</ol>
			<button type="button" class="small" disabled={} onclick={}>Send the lines</button>
		</details>
		<details><summary>A file of events</summary>
			<label class="file">Choose a file…<input type="file" onchange={}/></label>
			<label class="field"><span>one event every</span><select id="room-pace" onchange={}>{}</select></label>
			<p class="hint" role="status">{}</p>
		</details>
	</section>`, v.onSend, say("none"), v.onCommand("cut", later("you cut all")), v.onCommand("end", later("you ended all")),
		v.onCommand("hold", later("you held all")), v.onCommand("release", later("you released all")), v.onRetry,
		v.onRaw, preview, strings.TrimSpace(r.raw) == "", v.onSendRaw,
		v.onFile, v.onPace, paces(r.pace), when(len(r.file) > 0, `<span>{}</span>`, count(len(r.file), "1 event is left.", "{n} events are left.")))
}

func paces(chosen int) (options []app.UI) {
	for _, ms := range []int{100, 500, 1000, 5000} {
		options = append(options, view(`<option value={} selected={}>{}</option>`, strconv.Itoa(ms), ms == chosen, duration(float64(ms))))
	}
	return options
}

// decoded is what a decoder makes of lines.
func decoded(text string) (lines []sse.Line) {
	if text == "" {
		return nil
	}
	d := sse.NewDecoder("", sse.Limits{Line: protocol.MaxSend, Event: protocol.MaxSend})
	if d.Feed([]byte(text), func(l sse.Line) { lines = append(lines, l) }) == nil {
		d.End(func(l sse.Line) { lines = append(lines, l) })
	}
	return lines[:min(len(lines), 40)]
}

// underneath is what carries the room.
func (v *roomView) underneath() app.UI {
	j := v.room.joined
	on := say("NATS JetStream, in this server’s process, in memory.")
	switch j.On {
	case "disk":
		on = say("NATS JetStream, in this server’s process, on disk.")
	case "nats":
		on = say("NATS JetStream, in a cluster.")
	}
	return view(`<section class="panel" data-panel="Underneath" aria-label="Underneath"><h2>Underneath</h2><p>{}</p></section>`, sentences([]string{on,
		fill(say("Event {n} of the room. Kept: the last {events} events, {hours} h."), "{n}", strconv.Itoa(v.room.newest), "{events}", grouped(j.Events), "{hours}", strconv.Itoa(j.Hours)),
		say("Who reconnects gets what it missed, by its Last-Event-ID; where that is too old, an event gap says so, since the standard has no such signal."),
	}))
}

func (v *roomView) onMake(app.Context, app.Event)       { v.Model.room.make() }
func (v *roomView) onPlayground(app.Context, app.Event) { v.Model.show("") }
func (v *roomView) onAsk(app.Context, app.Event)        { v.Model.room.ask() }

func (v *roomView) onEnter(_ app.Context, e app.Event) {
	e.PreventDefault()
	r := &v.Model.room
	name := strings.ToLower(strings.TrimSpace(element("room-name").Get("value").String()))
	if !isRoomName(name) || name == "" {
		r.wrong = say("A room’s name is words with hyphens, such as blue-fox.")
		return
	}
	r.enter(name)
}

func (v *roomView) onLeave(app.Context, app.Event) {
	v.Model.close()
	v.Model.room.enter("")
	v.Model.show(pageRoom)
}

func (v *roomView) onCopyAddress(ctx app.Context, _ app.Event) {
	v.Model.room.copy(ctx, v.Model.room.joined.Address)
}
func (v *roomView) onCopyKey(ctx app.Context, _ app.Event) {
	v.Model.room.copy(ctx, v.Model.room.linkWithKey())
}

// copy copies a link, and says so.
func (r *room) copy(ctx app.Context, text string) {
	copySaying(ctx, text, later("Your browser does not let the page copy."), func(said string) {
		r.said = said
		r.model.pace.again(0)
	})
}

func (v *roomView) onEnd(app.Context, app.Event) {
	v.Model.room.request("", "DELETE", map[string]any{}, nil)
}

func (v *roomView) onLesson(ctx app.Context, _ app.Event) { v.Model.chooseLesson(valueOf(ctx)) }

// ask asks the room the lesson that is open, once more if it was asked.
func (r *room) ask() {
	if l := r.model.course.lesson; l != nil {
		r.send(protocol.FromPage{Ask: &protocol.Ask{Lesson: l.Name, Choices: len(l.Choices)}})
	}
}

func (v *roomView) onReveal(app.Context, app.Event) {
	r := &v.Model.room
	if q := r.class.Question; q != nil {
		r.did, r.what = eventsource.Now(), later("you revealed")
		r.send(protocol.FromPage{Reveal: q.Round})
	}
}

func (v *roomView) onSend(_ app.Context, e app.Event) {
	e.PreventDefault()
	text := func(id string) string { return element(id).Get("value").String() }
	r := &v.Model.room
	bytes, err := compose(text("room-type"), "", text("room-retry"), "", text("room-data"))
	if err != nil {
		r.wrong = err.Error()
		return
	}
	r.publish(string(bytes))
}

func (v *roomView) onCommand(command, what string) scoped {
	return scoped{command, func(app.Context, app.Event) { v.Model.room.everyone(command, what) }}
}

func (v *roomView) onRetry(app.Context, app.Event) {
	v.Model.room.command("retry?min=2000&max=20000")
}

func (v *roomView) onRaw(ctx app.Context, _ app.Event) { v.Model.room.raw = valueOf(ctx) }

func (v *roomView) onSendRaw(app.Context, app.Event) {
	r := &v.Model.room
	r.publish(strings.TrimRight(r.raw, "\n") + "\n\n")
}

func (v *roomView) onPace(ctx app.Context, _ app.Event) {
	v.Model.room.pace, _ = strconv.Atoi(valueOf(ctx))
}

// onFile sends the events of a file, one after the other.
func (v *roomView) onFile(ctx app.Context, _ app.Event) {
	r := &v.Model.room
	input := ctx.JSSrc()
	file := input.Get("files").Index(0)
	if !file.Truthy() {
		return
	}
	const most = 1 << 20
	if file.Get("size").Int() > most {
		r.wrong = say("A file has at most 1 MiB: choose a smaller one.")
		return
	}
	await(file.Call("text"), func(text app.Value, ok bool) {
		input.Set("value", "") // so that the same file can be chosen again
		if !ok {
			r.wrong = say("This file can’t be read.")
		} else {
			started := len(r.file) > 0
			for event := range strings.SplitSeq(strings.ReplaceAll(text.String(), "\r\n", "\n"), "\n\n") {
				if strings.TrimSpace(event) != "" {
					r.file = append(r.file, strings.Trim(event, "\n")+"\n\n")
				}
			}
			if !started {
				r.sendFile()
			}
		}
		v.Model.pace.again(0)
	})
}

// sendFile sends the next event of a file, and sees to those after it.
func (r *room) sendFile() {
	if len(r.file) == 0 || !r.isMaker() {
		return
	}
	r.publish(r.file[0])
	r.file = r.file[1:]
	time.AfterFunc(time.Duration(r.pace)*time.Millisecond, r.sendFile)
}
