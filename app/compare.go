package main

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/compare"
	"eventsource-playground/eventsource"
	"eventsource-playground/scenario/picture"
	"eventsource-playground/trace"
)

// comparison is the table in which clients are compared: what was played of its rows, and what is being played.
type comparison struct {
	model    *model
	chosen   string // the row whose lanes are shown; "": none
	runs     map[string]*compare.Run
	figures  map[string]compare.Figures
	pictures map[*compare.Extra]*painting

	playing *experiment // nil: none
	waiting []*compare.Row
	turns   int     // of Run all, those played included
	began   float64 // of Run all, on the performance clock
	took    float64 // Run all, in milliseconds; 0: it was not, or cancelled
	number  int     // of the newest source, see newStage
	said    string
	changes int
}

func newComparison(m *model) comparison {
	return comparison{model: m, number: comparedAfter, runs: map[string]*compare.Run{}, figures: map[string]compare.Figures{}, pictures: map[*compare.Extra]*painting{}}
}

// logs are those that the server's records are for: the page's own, and those of the row that is being played.
func (m *model) logs() []*trace.Log {
	logs := []*trace.Log{m.log}
	if x := m.comparison.playing; x != nil {
		for _, s := range x.stages {
			logs = append(logs, s.Log)
		}
	}
	return logs
}

// show shows the table, or no longer, and a row of it.
func (c *comparison) show(shown bool) {
	if shown {
		c.model.fetchReconnection() // its lines are counted
	} else {
		c.cancel()
	}
}

func (c *comparison) changed() {
	c.changes++
	c.model.pace.again(0)
}

// row plays one row.
func (c *comparison) row(row *compare.Row) {
	c.cancel()
	c.turns, c.took = 1, 0
	c.play(row, func() {})
}

// all plays one row after the other.
func (c *comparison) all() {
	c.cancel()
	c.waiting = append(c.waiting, compare.Rows...)
	c.turns, c.took, c.began = len(c.waiting), 0, eventsource.Now()
	c.next()
}

func (c *comparison) next() {
	if len(c.waiting) == 0 {
		c.took = eventsource.Now() - c.began
		return
	}
	row := c.waiting[0]
	c.waiting = c.waiting[1:]
	c.play(row, c.next)
}

// cancel closes what is open. Rows that were played stay.
func (c *comparison) cancel() {
	c.waiting = nil
	if x := c.playing; x != nil {
		x.cancel()
		for _, s := range x.stages {
			s.close()
		}
		c.playing = nil
	}
}

// choose shows a row's lanes.
func (c *comparison) choose(name string) {
	c.chosen = name
	replaceAddress(c.model.query(c.model.connection.setup))
}

// status is what is under way, or what became of it.
func (c *comparison) status() string {
	switch x := c.playing; {
	case x != nil && c.turns > 1:
		return fill(say("{n} of {all}: {row}"), "{n}", strconv.Itoa(c.turns-len(c.waiting)), "{all}", strconv.Itoa(c.turns), "{row}", say(x.run.Row.Title))
	case x != nil:
		return fill(say("{row} is being measured."), "{row}", say(x.run.Row.Title))
	case c.took > 0:
		return fill(say("All rows were measured in {time}."), "{time}", duration(c.took))
	}
	return ""
}

// file is the comparison as it is saved.
type file struct {
	Format    int                        `json:"eventSourceComparison"`
	Date      string                     `json:"date"`
	Browser   string                     `json:"browser"`
	Version   string                     `json:"version"`
	UserAgent string                     `json:"userAgent"`
	Page      string                     `json:"page"` // the scheme of its address
	Rows      map[string]compare.Figures `json:"rows"`
}

func (c *comparison) file() file {
	agent := userAgent()
	f := file{Format: 1, Date: time.Now().Format(time.DateOnly), UserAgent: agent, Page: "http", Rows: c.figures}
	f.Browser, f.Version = browserOf(agent)
	if isSecure() {
		f.Page = "https"
	}
	return f
}

// about is in which browser that was, and when.
func (f file) about() string {
	return f.Browser + " " + f.Version + ", " + f.Page + ", " + f.Date
}

func (c *comparison) save() {
	text, err := json.Marshal(c.file())
	if err == nil {
		download("eventsource-comparison.json", "application/json", []string{string(text)})
	}
}

func (c *comparison) copy(ctx app.Context) {
	text := compare.Markdown(c.figures, voice) + "\n" + c.file().about() + "\n"
	copySaying(ctx, text, downloadInstead, func(said string) {
		c.said = said
		c.changed()
	})
}

// painting is a picture that arrives in pieces.
type painting struct {
	canvas app.Value
	rows   int
}

// paint draws the next bytes of a picture, a grey pixel each.
func (c *comparison) paint(x *compare.Extra, pixels []byte) {
	one := c.pictures[x]
	if one == nil {
		one = &painting{canvas: app.Window().Get("document").Call("createElement", "canvas")}
		one.canvas.Set("width", picture.Width)
		one.canvas.Set("height", picture.Height)
		c.pictures[x] = one
	}
	colours := make([]byte, 4*len(pixels))
	for i, grey := range pixels {
		x.Sum = 31*x.Sum + uint32(grey)
		colours[4*i], colours[4*i+1], colours[4*i+2], colours[4*i+3] = grey, grey, grey, 255
	}
	x.Bytes += len(pixels)
	rows := len(pixels) / picture.Width
	if rows == 0 {
		return
	}
	window := app.Window()
	clamped := window.Get("Uint8ClampedArray").New(len(colours))
	app.CopyBytesToJS(window.Get("Uint8Array").New(clamped.Get("buffer")), colours)
	one.canvas.Call("getContext", "2d").Call("putImageData", window.Get("ImageData").New(clamped, picture.Width, rows), 0, one.rows)
	one.rows += rows
	x.Done = eventsource.Now()
}
