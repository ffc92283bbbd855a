package main

import (
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/eventsource"
	"eventsource-playground/trace"
)

// export is the log on its way into a file, in steps: all at once, the page would stand still for a second or more.
type export struct {
	from, at, end int // Seqs of records; at is the next one that is written. All are 0 while nothing is exported.
	parts         []string
	missed        int // records that the log dropped before they were written
}

// exportStep is how long a step may take, in milliseconds: less than a frame.
const exportStep = 10

// done is how much of it is written, in percent; -1 while nothing is exported.
func (e *export) done() int {
	if e.end == 0 {
		return -1
	}
	return 100 * (e.at - e.from) / max(1, e.end-e.from)
}

// step writes on, and reports whether there is more to be written.
func (e *export) step(log *trace.Log, now func() float64) (more bool) {
	const part = 500
	until := now() + exportStep
	for e.at < e.end && now() < until {
		e.missed += max(0, min(log.First(), e.end)-e.at)
		e.at = max(e.at, min(log.First(), e.end))
		to := min(e.at+part, e.end)
		var b []byte
		for _, r := range log.Records(e.at, to) {
			b = r.AppendJSON(b)
		}
		e.parts, e.at = append(e.parts, string(b)), to
	}
	return e.at < e.end
}

// onExport saves every record that is kept, whatever the filter shows.
func (b *tabBar) onExport(app.Context, app.Event) {
	m := b.Model
	if m.tabs.export.end > 0 {
		return
	}
	first := m.log.First()
	m.tabs.export = export{from: first, at: first, end: m.log.End()}
	m.exportOn()
}

func (m *model) exportOn() {
	e := &m.tabs.export
	if e.step(m.log, eventsource.Now) {
		m.pace.then(func() { time.AfterFunc(time.Millisecond, m.exportOn) })
		return
	}
	download(recordingName(".jsonl"), "application/jsonl", e.parts)
	m.tabs.export = export{missed: e.missed}
	m.pace.again(0)
}
