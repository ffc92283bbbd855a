package report

import "strconv"

// A Watch is a check that is being played: what was seen until now, and what that leads to. Times are in milliseconds after
// the constructor was called.
type Watch struct {
	*Check
	Saw    []Seen
	counts map[string]int // of events, by their type
}

// mostSeen is how many things are kept of a check. Some clients never stop.
const mostSeen = 64

// NewWatch begins a check.
func NewWatch(c *Check) *Watch {
	return &Watch{Check: c, Saw: []Seen{}, counts: map[string]int{}}
}

// Types are the types of the events that are listened to.
func (c *Check) Types() []string { return append([]string{"open", "error", "message"}, c.Listen...) }

// Add adds what was seen.
func (w *Watch) Add(what string, at float64) {
	if len(w.Saw) < mostSeen {
		w.Saw = append(w.Saw, Seen{What: what, At: Round(at)})
	}
}

// Event adds an event of a type, and returns what is to be done before the next one.
func (w *Watch) Event(typ, what string, at float64) []Do {
	w.Add(what, at)
	w.counts[typ]++
	return w.due(typ)
}

// Constructed returns what is to be done when the constructor has returned.
func (w *Watch) Constructed() []Do { return w.due("") }

func (w *Watch) due(typ string) (due []Do) {
	for _, d := range w.Do {
		if d.On == typ && (typ == "" || d.N == w.counts[typ]) {
			due = append(due, d)
		}
	}
	return due
}

// Left is for how long to watch on, in milliseconds: until nothing more comes, or not what must.
func (w *Watch) Left(now float64) float64 {
	left := w.Limit - now
	switch {
	case len(w.Saw) >= len(w.Want):
		left = min(w.Quiet, left+w.Quiet)
	case !w.Fits(w.Saw):
		left = min(1000, left) // to show what else it does
	}
	return max(left, 0)
}

// A Place is where checks are played: the two origins of the server, and a session, by which and by the number of the source
// it tells the sources apart.
type Place struct {
	Page, Second string // origins
	Session      string
	sources      int
}

// Address is what the constructor is given: the check's own stream, from its beginning each time.
func (p *Place) Address(c *Check) string {
	p.sources++
	if c.URL != nil {
		return *c.URL
	}
	origin := p.Page
	if c.Second {
		origin = p.Second
	}
	return origin + "/sse?scenario=check-" + c.Name + "&session=" + p.Session + "&source=" + strconv.Itoa(p.sources)
}

// Origin is an origin as it is shown, and compared: page or second.
func (p *Place) Origin(origin string) string {
	switch origin {
	case p.Page:
		return "page"
	case p.Second:
		return "second"
	}
	return origin
}
