package main

import (
	"net/url"
	"slices"
	"strings"
)

// preset is a stream of our own server that is worth a look.
type preset struct {
	group, title, about string
	url                 string
	listen              []string
	credentials         bool
	scenario            string // its name, if it is one
}

var presets = []preset{
	{later("The classic stream"), later("Ten ticks, then end"), later("a customEvent each second"), "/sse", []string{"customEvent"}, false, ""},
	{later("The classic stream"), later("Events without a name"), later("they arrive as message"), "/sse?event=message&interval=500", nil, false, ""},
	{later("The classic stream"), later("A name nobody listens to"), later("open, but silent: listen to tick"), "/sse?event=tick&count=60", nil, false, ""},
}

func (p preset) setup() Setup {
	return Setup{URL: p.url, Listen: slices.Clone(p.listen), Credentials: p.credentials}
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

// presets are the classic stream's, and the scenarios of our server once it has listed them.
func (m *model) presets() []preset {
	all := slices.Clone(presets)
	for i, p := range all {
		all[i].group, all[i].title, all[i].about = say(p.group), say(p.title), say(p.about)
	}
	for _, s := range m.scenarios.Scenarios {
		p := preset{group: say(s.Group), title: s.Title, about: s.About, url: "/sse?scenario=" + escapeQuery(s.Name), credentials: s.Connect.Credentials, scenario: s.Name}
		if s.Connect.SecondOrigin {
			p.url = m.scenarios.SecondOrigin + p.url
		}
		for _, name := range s.Listen {
			if !slices.Contains(always, name) {
				p.listen = append(p.listen, name)
			}
		}
		all = append(all, p)
	}
	return all
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

// classic reads the parameters from an address of the classic stream. ok is false for any other address.
func classic(address string) (query url.Values, ok bool) {
	path, rawQuery, _ := cutAddress(address)
	if path != "/sse" {
		return nil, false
	}
	query, err := url.ParseQuery(rawQuery)
	return query, err == nil && !query.Has("scenario") && !query.Has("script")
}

// scriptOf and scenarioOf read a script, or a scenario's name, from the address of a stream of ours.
func scriptOf(address string) (script string, ok bool) { return ourParameter(address, "script") }
func scenarioOf(address string) (name string, ok bool) { return ourParameter(address, "scenario") }

func ourParameter(address, name string) (value string, ok bool) {
	path, rawQuery, _ := cutAddress(address)
	query, _ := url.ParseQuery(rawQuery)
	return query.Get(name), strings.HasSuffix(path, "/sse") && query.Has(name)
}

// withParameter is the address with one parameter changed; an empty value leaves it out. The order of the others and
// what else stands in the query stay as they are.
func withParameter(address, name, value string) string {
	path, rawQuery, fragment := cutAddress(address)
	var kept []string
	pair := name + "=" + escapeQuery(value)
	replaced := value == ""
	for _, p := range strings.Split(rawQuery, "&") {
		key, _, _ := strings.Cut(p, "=")
		if unescaped, err := url.QueryUnescape(key); err == nil {
			key = unescaped
		}
		switch {
		case p == "" || key == name && replaced:
		case key == name:
			kept, replaced = append(kept, pair), true
		default:
			kept = append(kept, p)
		}
	}
	if !replaced {
		kept = append(kept, pair)
	}
	if len(kept) == 0 {
		return path + fragment
	}
	return path + "?" + strings.Join(kept, "&") + fragment
}

// cutAddress cuts an address before its fragment, which keeps its #, and around its query's question mark.
func cutAddress(address string) (path, query, fragment string) {
	if i := strings.IndexByte(address, '#'); i >= 0 {
		address, fragment = address[:i], address[i:]
	}
	path, query, _ = strings.Cut(address, "?")
	return path, query, fragment
}
