package main

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/trace"
)

// differencesTab is what the selected source and another one on the same stream saw, where that is not the same.
type differencesTab struct {
	app.Compo
	Model    *model
	Language string
	Names    [2]string
	Others   []int // numbers of the sources to compare with
	Called   []string
	Other    int     // of them, the one that is chosen; 0: there is none
	Began    float64 // what times are counted from, on the performance clock
	Found    trace.Comparison
}

func (m *model) differencesTab(now float64) app.UI {
	t := &differencesTab{Model: m, Language: voice.Code}
	subject := m.subject()
	var other *trace.Source
	for _, s := range m.log.Current() {
		if s == subject || s.State().URL != subject.State().URL {
			continue
		}
		t.Others, t.Called = append(t.Others, s.State().Source), append(t.Called, s.Name())
		if other == nil || s.State().Source == m.tabs.other {
			other = s
		}
	}
	if other != nil {
		t.Names, t.Other, t.Began = [2]string{subject.Name(), other.Name()}, other.State().Source, subject.State().NewAt
		t.Found = trace.Compare(subject, other, now)
	}
	return t
}

func (t *differencesTab) OnMount(app.Context)  { t.onDrawn() }
func (t *differencesTab) OnUpdate(app.Context) { t.onDrawn() }

// onDrawn has it drawn once more when what is too young to be compared is old enough.
func (t *differencesTab) onDrawn() {
	if t.Found.Pending {
		t.Model.tabs.settle.set(time.Second, func() { t.Model.pace.again(0) })
	}
}

func (t *differencesTab) Render() app.UI {
	if t.Other == 0 {
		return view(`<p class="empty">Two sources on one stream are compared here. Choose 1 more beside it, and press Connect.</p>`)
	}
	c := t.Found
	options, rows := []app.UI{}, []app.UI{}
	for i, number := range t.Others {
		options = append(options, view(`<option value={} selected={}>{}</option>`, strconv.Itoa(number), number == t.Other, t.Called[i]))
	}
	for _, d := range c.Differences {
		rows = append(rows, t.row(d))
	}
	alike := say("Nothing was seen alike by {a} and {b} yet.")
	if c.Events+c.States > 0 {
		alike = say("{events} and {states} were seen alike by {a} and {b}, at most {time} apart.")
	}
	alike = fill(alike, "{events}", count(c.Events, "1 event", "{n} events"), "{states}", count(c.States, "1 change of readyState", "{n} changes of readyState"),
		"{a}", t.Names[0], "{b}", t.Names[1], "{time}", duration(c.Apart))
	notes := []string{alike}
	if more := c.Found - len(c.Differences); more > 0 {
		notes = append(notes, count(more, "1 newer difference is not listed.", "{n} newer differences are not listed."))
	}
	if c.Limited {
		notes = append(notes, fill(say("A stream is compared as far as its first {n} events."), "{n}", grouped(trace.MaxCompared)))
	}
	if c.Gone {
		notes = append(notes, say("What came first is no longer kept, so it is not known whose the differences are."))
	}
	return view(`<div class="differences">
		<div class="actions">
			<b role="status">{}</b>
			<label class="check">compared with<select class="small" onchange={}>{}</select></label>
		</div>
		<p class="hint">{}</p>
		<ol tabindex="0" aria-label="Differences, oldest first">{}</ol>
	</div>`,
		count(c.Found, "1 difference", "{n} differences"), t.onOther, options, sentences(notes), rows)
}

func (t *differencesTab) row(d trace.Difference) app.UI {
	r := d.A
	if r == nil {
		r = d.B
	}
	var what app.UI
	if r.Kind == trace.Message {
		what = view(`<span class="what"><b>{}</b> <bdi>{}</bdi></span>`, brief(r.Type, 40), brief(r.LastEventID, 20))
	} else {
		what = view(`<span class="what"><b>{}</b> <span class="chip state" data-state={}>{}</span></span>`,
			callOf(r.Kind), strings.ToLower(r.ReadyState.String()), stateLabel(r.Client, r.ReadyState))
	}
	data := [2]string{}
	if d.A != nil && d.B != nil && r.Kind == trace.Message {
		data[0], data[1] = differing(d.A.Data, d.B.Data)
	}
	saw := []app.UI{}
	for i, r := range []*trace.Record{d.A, d.B} {
		at := say("did not see it")
		if r != nil {
			at = seconds(r.At - t.Began)
		}
		saw = append(saw, view(`<span><small>{}</small> {}{}</span>`, t.Names[i], at, when(data[i] != "", `<code>{}</code>`, brief(data[i], 60))))
	}
	apart := ""
	if d.A != nil && d.B != nil {
		apart = fill(say("{time} apart"), "{time}", duration(max(d.Apart(), -d.Apart()))) + " · "
	}
	return view(`<li data-cause={}>{}{}<span class="why">{}{}</span></li>`, strconv.Itoa(int(d.Cause)), what, saw, apart, t.why(d, r))
}

// callOf is what a script sees of a change of state: the event, or its own call.
func callOf(kind trace.Kind) string {
	if kind == trace.Close {
		return "es.close()"
	}
	return string(kind)
}

// why says whose the difference is.
func (t *differencesTab) why(d trace.Difference, r *trace.Record) string {
	switch d.Cause {
	case trace.ByClients:
		return say("the server sent both the same bytes: the clients differ")
	case trace.ByServer:
		if r.Kind != trace.Message {
			return say("the server's responses differ")
		}
		return say("the server sent different data")
	case trace.ByPage:
		return say("the page closed one of them")
	case trace.Unserved:
		name := t.Names[1]
		if d.A == nil {
			name = t.Names[0]
		}
		return fill(say("the server has seen no request of {source}"), "{source}", name)
	}
	return say("what the server sent is not known")
}

// differing are the parts of two texts from a little before where they are no longer the same.
func differing(a, b string) (string, string) {
	const before = 12
	i := 0
	for i < min(len(a), len(b)) && a[i] == b[i] {
		i++
	}
	if i -= before; i <= 0 {
		return a, b
	}
	for i > 0 && !utf8.RuneStart(a[i]) {
		i--
	}
	return "…" + a[i:], "…" + b[i:]
}

func (t *differencesTab) onOther(ctx app.Context, _ app.Event) {
	if n, err := strconv.Atoi(valueOf(ctx)); err == nil {
		t.Model.tabs.other = n
	}
}
