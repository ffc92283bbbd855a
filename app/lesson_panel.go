package main

import (
	"slices"
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/lesson"
	"eventsource-playground/trace/words"
)

// lessonPanel is a lesson: predict, run, reveal. The trace decides what is revealed.
type lessonPanel struct {
	Model    *model
	course   course
	teaching bool
	ready    bool   // the scenarios are there
	asked    string // by a room, and not revealed: how many have predicted; "": nothing is asked
	chosen   bool   // and this page has predicted
}

func (m *model) lessonPanel() app.UI {
	p := &lessonPanel{Model: m, course: m.course, teaching: m.page == pageLesson, ready: len(m.streams.catalogue.Scenarios) > 0}
	if m.room.asks() {
		q := m.room.class.Question
		p.asked = fill(say("Your room is asked: {n} of {all} have predicted. Its maker reveals what happens."), "{n}", strconv.Itoa(q.Answered), "{all}", strconv.Itoa(m.room.class.Readers))
		p.chosen = q.Chosen >= 0
	}
	return shown(p)
}

func (p *lessonPanel) draw() app.UI {
	c := &p.course
	var body any
	title := say("Lessons")
	switch {
	case c.listed:
		body = p.list()
	case c.lesson != nil:
		body = p.lesson()
		title = fill(say("Lesson {n} of {all}"), "{n}", strconv.Itoa(c.lesson.Number), "{all}", strconv.Itoa(len(c.list)))
	default:
		body = view(`<p class="empty">The lessons are on their way.</p>`)
	}
	all := say("all lessons")
	if c.listed {
		all = say("back to the lesson")
	}
	other := say("for a class")
	if p.teaching {
		other = say("whole page")
	}
	heading := view(`<h2>{}</h2>`, title)
	if p.teaching {
		heading = view(`<h1>{}</h1>`, title) // the page's: its own is not shown
	}
	return view(`<section class="panel" data-panel="Lesson" aria-label="Lesson">
		<div class="title">
			{}
			<button type="button" class="link" aria-expanded={} onclick={}>{}</button>
			<button type="button" class="link" title="Large type, arrow keys, and nothing else on the screen" aria-pressed={} onclick={}>{}</button>
		</div>
		<progress max={} value={} aria-label="Lessons done"/>
		{}
		{}
	</section>`,
		heading, c.listed, p.onList, all,
		p.teaching, p.onTeach, other,
		max(1, len(c.list)), len(c.done), body,
		when(p.teaching, `<p class="hint"><kbd>→</kbd> the next step · <kbd>←</kbd> back · <kbd>1</kbd> <kbd>2</kbd> <kbd>3</kbd> what the class thinks · <kbd>Esc</kbd> the whole page</p>`))
}

// list is all lessons, each with a mark if it is done.
func (p *lessonPanel) list() app.UI {
	c := &p.course
	items := []app.UI{}
	for _, l := range c.list {
		mark, said := "○", say("to do")
		if slices.Contains(c.done, l.Name) {
			mark, said = "✓", say("done")
		}
		items = append(items, view(`<li data-done={}><button type="button" class="link" aria-current={} onclick={}>
			<span aria-hidden="true">{}</span>
			<span>{}</span>
			<span class="offscreen">{}</span>
		</button></li>`, mark == "✓", c.lesson != nil && c.lesson.Name == l.Name, scoped{l.Name, p.onChoose(l.Name)},
			mark, strconv.Itoa(l.Number)+" · "+l.Title, ", "+said))
	}
	return view(`<ol class="lessons">{}</ol>`, items)
}

func (p *lessonPanel) lesson() app.UI {
	c := &p.course
	l := c.lesson
	verdict, decided := c.verdict()
	step, level := stepMore, 3
	if p.teaching {
		step, level = c.step, 2 // under the h1
	}
	running := c.run != nil && !decided && !c.gaveUp
	answered := decided && step >= stepAnswer

	choices := []app.UI{}
	for i, choice := range l.Choices {
		mark := ""
		switch {
		case answered && i == verdict.Choice:
			mark = "happened"
		case answered && i == c.predicted:
			mark = "predicted"
		}
		choices = append(choices, view(`<label class="pick" data-mark={}>
			<input type="radio" name="prediction" disabled={} onchange={}/>
			<span>{}</span>
		</label>`, mark, c.run != nil || p.chosen, scoped{i, p.onPredict(i)}, marked(lesson.Fill(say, choice.Text, c.decided))))
	}
	hint := ""
	if c.predicted < 0 {
		hint = say("First say what you think will happen. A wrong guess is as good as a right one.")
	}
	run := say("Run it")
	if l.Kind == lesson.Spot {
		run = say("Run it and see")
	}
	return view(`<div class="lesson" data-step={}>
		<h3 tabindex="-1" aria-level={}>{}</h3>
		<p>{}</p>
		{}
		{}
		{}
		<div role="status" tabindex="-1">{}{}{}</div>
		{}
	</div>`,
		step, level, l.Title, marked(lesson.Fill(say, l.Question, c.decided)),
		when(step >= stepChoices, `<fieldset class="picks">
			<legend class="offscreen">Your prediction</legend>
			{}
		</fieldset>`, choices),
		when(p.asked != "", `<p class="hint" role="status">{}</p>`, p.asked),
		when(c.run == nil && step >= stepChoices && p.asked == "", `<div class="actions">
			<button type="button" class="primary" disabled={} onclick={}>{}</button>
			<span class="hint">{}</span>
		</div>`, c.predicted < 0 && !p.teaching || !p.ready, p.onRun, run, hint),
		when(running, `<p class="hint">It runs. Watch readyState and the timeline.</p>`),
		when(p.teaching && decided && step == stepRun, `<p class="hint"><kbd>→</kbd> what happened</p>`),
		p.reveal(verdict, answered),
		p.after(answered, step),
	)
}

// reveal is what the trace decided.
func (p *lessonPanel) reveal(v lesson.Verdict, answered bool) any {
	c := &p.course
	if c.gaveUp {
		return view(`<p class="notice">This run came to no end within a minute. Is the server still there? Try it again.</p>`)
	}
	if !answered {
		return nil
	}
	choices := c.lesson.Choices
	happened := []words.Phrase{{Text: say("Your browser did something that none of these says.")}}
	if v.Choice >= 0 {
		happened = lesson.Fill(say, choices[v.Choice].Text, c.decided)
	}
	head := say("What happened:")
	switch {
	case v.Choice < 0:
	case c.lesson.Kind == lesson.Spot && v.Choice == c.predicted:
		head = say("Found! This is the false one:")
	case c.lesson.Kind == lesson.Spot:
		head = say("This is the false one:")
	case c.predicted < 0:
	case v.Choice == c.predicted:
		head = say("As you predicted:")
	default:
		head = say("You thought otherwise. What happened:")
	}
	return view(`<div class="verdict" data-agrees={}>
		<p><b>{}</b> {}</p>
		<p>{}</p>
		{}
		<p><small><a href={} target="_blank" rel="noopener noreferrer">{}</a></small></p>
	</div>`,
		v.Choice >= 0 && v.Choice == c.predicted,
		head, marked(happened), marked(v.Answer),
		when(len(v.Deviates) > 0, `<p class="deviates"><b>Here your browser and the standard differ.</b> {}</p>`, marked(v.Deviates)),
		c.lesson.Link, c.lesson.Section)
}

// after is what can be done next.
func (p *lessonPanel) after(answered bool, step int) any {
	c := &p.course
	if c.run == nil || !answered && !c.gaveUp {
		return nil
	}
	more := c.lesson.More
	last := c.place(c.lesson.Name) == len(c.list)-1
	return []app.UI{
		view(`<div>{}</div>`, when(more != nil && answered && step >= stepMore, `<div class="more">
			<p><b>One more thing to try.</b> {}</p>
			<button type="button" class="small" onclick={}>Try it</button>
		</div>`, p.more(), p.onMore)),
		view(`<div class="actions apart">
			<button type="button" onclick={}>Again</button>
			{}
		</div>`, p.onAgain, when(!last, `<button type="button" class="primary" onclick={}>Next lesson</button>`, p.onNext)),
	}
}

func (p *lessonPanel) more() []app.UI {
	c := &p.course
	if c.lesson.More == nil {
		return nil
	}
	return marked(lesson.Fill(say, c.lesson.More.Text, c.decided))
}

func (p *lessonPanel) onList(app.Context, app.Event) {
	c := &p.Model.course
	c.listed = !c.listed
	p.Model.drawLesson("")
}

func (p *lessonPanel) onTeach(app.Context, app.Event) {
	if p.Model.page == pageLesson {
		p.Model.show("")
	} else {
		if c := &p.Model.course; c.decided != nil {
			c.step = stepMore
		} else if c.run != nil {
			c.step = stepRun
		}
		p.Model.show(pageLesson)
	}
}

func (p *lessonPanel) onChoose(name string) app.EventHandler {
	return func(app.Context, app.Event) { p.Model.chooseLesson(name) }
}

func (p *lessonPanel) onPredict(i int) app.EventHandler {
	return func(app.Context, app.Event) {
		p.Model.course.predicted = i
		p.Model.room.predict(i)
	}
}

func (p *lessonPanel) onRun(app.Context, app.Event) {
	c := &p.Model.course
	c.step = max(c.step, stepRun)
	p.Model.runLesson()
	p.Model.drawLesson("[role=status]")
}

func (p *lessonPanel) onAgain(app.Context, app.Event) {
	c := &p.Model.course
	c.again()
	c.step = stepChoices
	p.Model.drawLesson("h3")
}

func (p *lessonPanel) onMore(app.Context, app.Event) { p.Model.tryMore() }
func (p *lessonPanel) onNext(app.Context, app.Event) { p.Model.nextLesson(1) }
