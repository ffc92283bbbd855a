package main

import (
	"encoding/json"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/protocol"
)

// preset is a stream of our own server that is worth a look.
type preset struct {
	group, title, about string
	url                 string
	listen              []string
	scenario            string // its name, if it is one
	connect             protocol.Connect
}

var presets = []preset{
	{later("The classic stream"), later("Ten ticks, then end"), later("a customEvent each second"), "/sse", []string{"customEvent"}, "", protocol.Connect{}},
	{later("The classic stream"), later("Events without a name"), later("they arrive as message"), "/sse?event=message&interval=500", nil, "", protocol.Connect{}},
	{later("The classic stream"), later("A name nobody listens to"), later("open, but silent: listen to tick"), "/sse?event=tick&count=60", nil, "", protocol.Connect{}},
}

func (p preset) setup() Setup {
	s := Setup{URL: p.url, Listen: slices.Clone(p.listen)}
	s.connectAs(p.connect)
	return s
}

// matches reports whether what a visitor looks for is in the preset's words.
func (p preset) matches(find string) bool {
	words := strings.ToLower(p.group + " " + p.title + " " + p.about + " " + p.url)
	for _, word := range strings.Fields(strings.ToLower(find)) {
		if !strings.Contains(words, word) {
			return false
		}
	}
	return true
}

// streams are those that can be chosen.
type streams struct {
	catalogue     protocol.Catalogue
	classic       int      // which preset the classic stream is, however it was adjusted
	secondRefused bool     // the browser does not reach the second origin
	own           bool     // the visitor is about to type another address
	find          string   // what the visitor looks for among them
	folded        []string // groups
	unfolded      bool     // on a phone: all are shown, not only the chosen one
	adjusting     bool     // the parameters of the classic stream are shown
	listed        int      // as many as are drawn
}

// twin is a scenario that is the classic stream once more.
const twin = "ten-ticks"

// all are the classic stream's, and the scenarios of our server once it has listed them.
func (s streams) all() []preset {
	all := slices.Clone(presets)
	for i, p := range all {
		all[i].group, all[i].title, all[i].about = say(p.group), say(p.title), say(p.about)
	}
	for _, c := range s.catalogue.Scenarios {
		if c.Name == twin {
			continue
		}
		p := preset{group: say(c.Group), title: c.Title, about: c.About, url: "/sse?scenario=" + escapeQuery(c.Name), scenario: c.Name, connect: c.Connect}
		if c.Connect.SecondOrigin {
			p.url = s.catalogue.SecondOrigin + p.url
		}
		for _, name := range c.Listen {
			if !slices.Contains(always, name) {
				p.listen = append(p.listen, name)
			}
		}
		all = append(all, p)
	}
	return all
}

// chosen is the place among all of what the set-up's address plays; -1 if it is a URL of the visitor's own.
func (s streams) chosen(all []preset, target address) int {
	switch {
	case s.own:
		return -1
	case target.isClassic():
		return s.classic
	}
	return slices.IndexFunc(all, func(p preset) bool {
		return p.url == target.typed || target.socket && p.scenario != "" && p.scenario == target.scenario
	})
}

// of is the preset with an address.
func (s streams) of(url string) (preset, bool) {
	all := s.all()
	if i := slices.IndexFunc(all, func(p preset) bool { return p.url == url }); i >= 0 {
		return all[i], true
	}
	return preset{}, false
}

// settle decides which preset an address is, should it be the classic stream's.
func (s *streams) settle(typed string) {
	s.own = false
	s.classic = max(0, slices.IndexFunc(presets, func(p preset) bool { return p.url == typed }))
}

// fold folds a group away, or unfolds it.
func (s *streams) fold(group string) {
	before := len(s.folded)
	s.folded = slices.DeleteFunc(slices.Clone(s.folded), func(g string) bool { return g == group })
	if len(s.folded) == before {
		s.folded = append(s.folded, group)
	}
}

// parameter is one of the classic stream's, as the page's form shows it.
type parameter struct {
	name, hint, usual string
}

var parameters = []parameter{
	{"interval", later("ms"), "1000"},
	{"count", later("events"), "10"},
	{"retry", later("ms"), later("not sent")},
	{"event", later("name"), "customEvent"},
}

// loadScenarios fetches the list.
func (m *model) loadScenarios() {
	fetchText("/scenarios?lang="+voice.Code, func(text string) {
		var list protocol.Catalogue
		if json.Unmarshal([]byte(text), &list) != nil {
			return
		}
		m.streams.catalogue = list
		m.probeSecond()
		m.fillBody()
		m.showSetup() // a scenario may want some beside it
		m.listMore()
		m.room.follow()
	})
}

// fillBody puts in the body that a scenario wants: a link has none.
func (m *model) fillBody() {
	s := m.connection.setup
	if !s.Engine || s.Body != "" {
		return
	}
	if p, ok := m.streams.of(m.address(s.URL).as(false)); ok && s.method() == p.connect.Method {
		s.Body = p.connect.Body
		m.change(s)
	}
}

// listMore draws more of the list of streams. All at once would hold up the page for a tenth of a second.
func (m *model) listMore() {
	const more, pause = 15, 50 * time.Millisecond
	m.streams.listed += more
	m.pace.again(0)
	if m.streams.listed < len(m.streams.all()) {
		time.AfterFunc(pause, m.listMore)
		return
	}
	m.pace.ctx.Defer(func(app.Context) { showChosen() })
	// The first collection is the slowest, since the browser compiles it then: have it while nothing else happens.
	time.AfterFunc(pause, runtime.GC)
}

// showChosen scrolls the list to the chosen stream, and nothing else.
func showChosen() {
	chosen := app.Window().Get("document").Call("querySelector", ".choices :checked")
	if chosen.Truthy() {
		list := chosen.Call("closest", ".choices")
		label := chosen.Call("closest", ".choice")
		list.Set("scrollTop", label.Get("offsetTop").Int()-list.Get("clientHeight").Int()/2)
	}
}
