package main

import "github.com/maxence-charriere/go-app/v10/pkg/app"

// handleKeys lets a key interfere, unless it is typed into a field.
func (m *model) handleKeys() {
	app.Window().Get("document").Call("addEventListener", "keydown", app.FuncOf(func(_ app.Value, args []app.Value) any {
		event := args[0]
		target := event.Get("target")
		if event.Get("ctrlKey").Bool() || event.Get("metaKey").Bool() || event.Get("altKey").Bool() ||
			target.Call("matches", "input:not([type=radio], [type=checkbox]), select, textarea").Bool() {
			return nil
		}
		key := event.Get("key").String()
		if m.page == pageLesson && m.teachKey(key) {
			event.Call("preventDefault")
			return nil
		}
		if key == "?" {
			m.help = !m.help
			m.pace.again(0)
		}
		if m.zoomKey(key) {
			m.pace.again(0)
		}
		for _, j := range jumps {
			if j.key == key && m.canInterfere() {
				event.Call("preventDefault") // or the key is typed into the field
				jump(j.id, j.focus)
			}
		}
		for _, a := range actions {
			if a.key == key {
				m.interfere(a.do)
				m.pace.again(0)
			}
		}
		return nil
	}))
}
