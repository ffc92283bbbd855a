package protocol

// Catalogue is what GET /scenarios says, in the language that ?lang= names: what the server can play.
type Catalogue struct {
	SecondOrigin string           `json:"secondOrigin"`           // as this client calls it
	SecureOrigin string           `json:"secureOrigin,omitempty"` // the page's over https, as this client calls it; "": there is none
	Scenarios    []ListedScenario `json:"scenarios"`              // in the order of a menu
}

// ListedScenario is one of them. Its stream is at /sse?scenario=NAME.
type ListedScenario struct {
	Name    string   `json:"name"`
	Title   string   `json:"title"`
	Group   string   `json:"group"`
	About   string   `json:"about"`
	Listen  []string `json:"listen"` // the event types to listen for
	Connect Connect  `json:"connect"`
}

// Connect is how a client connects to it.
type Connect struct {
	SecondOrigin bool `json:"secondOrigin"`
	Credentials  bool `json:"credentials"`
	Times        int  `json:"times"` // streams at once

	// Engine is whether a client of one's own is needed, since no EventSource can send what the next three say.
	Engine  bool     `json:"engine,omitempty"`
	Method  string   `json:"method,omitempty"` // GET or POST; "": GET
	Headers []Header `json:"headers,omitempty"`
	Body    string   `json:"body,omitempty"` // of a POST
}
