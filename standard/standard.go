// Package standard is the sections of the standards that this project quotes: the one table of their names and addresses.
package standard

// Section is a section of a standard.
type Section uint8

// The sections. None stands where there is nothing to quote.
const (
	None Section = iota
	Intro
	Interface
	Processing
	LastEventID
	Parsing
	Interpretation
	Authoring
	Advice
	CORS
	Credentials
	Redirects
	UTF8
	Event
	WebIDL
	TearDown
	WebSockets
	numSections
)

const (
	html  = "https://html.spec.whatwg.org/multipage/server-sent-events.html#"
	fetch = "https://fetch.spec.whatwg.org/#"
)

var table = [numSections]struct{ name, url string }{
	Intro:          {"HTML 9.2.1", html + "server-sent-events-intro"},
	Interface:      {"HTML 9.2.2", html + "the-eventsource-interface"},
	Processing:     {"HTML 9.2.3", html + "sse-processing-model"},
	LastEventID:    {"HTML 9.2.4", html + "the-last-event-id-header"},
	Parsing:        {"HTML 9.2.5", html + "parsing-an-event-stream"},
	Interpretation: {"HTML 9.2.6", html + "event-stream-interpretation"},
	Authoring:      {"HTML 9.2.7", html + "authoring-notes"},
	Advice:         {"HTML 9.2.10", html + "implementation-advice"},
	CORS:           {"Fetch: CORS", fetch + "http-cors-protocol"},
	Credentials:    {"Fetch: credentials", fetch + "cors-protocol-and-credentials"},
	Redirects:      {"Fetch: redirects", fetch + "http-redirect-fetch"},
	UTF8:           {"Encoding: UTF-8", "https://encoding.spec.whatwg.org/#utf-8-decode"},
	Event:          {"DOM: Event", "https://dom.spec.whatwg.org/#interface-event"},
	WebIDL:         {"Web IDL", "https://webidl.spec.whatwg.org/#interface-object"},
	WebSockets:     {"WebSockets", "https://websockets.spec.whatwg.org/#the-websocket-interface"},
	TearDown:       {"RFC 9112 9.4", "https://www.rfc-editor.org/rfc/rfc9112#section-9.4"},
}

// Name is what it is called: the standard's name, and where in it.
func (s Section) Name() string { return table[s].name }

// URL is its address; "" for None.
func (s Section) URL() string { return table[s].url }

// Named is the section of that name, such as "HTML 9.2.6"; None if there is no such name.
func Named(name string) Section {
	for s := range numSections {
		if table[s].name == name {
			return s
		}
	}
	return None
}

// Names are those of all sections.
func Names() (names []string) {
	for s := None + 1; s < numSections; s++ {
		names = append(names, table[s].name)
	}
	return names
}
