package protocol

// A class is those who are in a room with this page: readers, and the room's maker. What they say to each other goes over their
// channels, the room's events do not: each page reads those with an EventSource of its own.
//
// A page joins when it has its channel, and again with its token whenever it has another one: whose channel is lost is away, and
// after ten minutes gone. A Joined may also come later, with an Error: the room is over, or another page has this one's token.

// Join enters the class of a room, as its maker with the key.
type Join struct {
	Room    string `json:"room"`
	Key     string `json:"key,omitempty"`
	Token   string `json:"token,omitempty"` // of an earlier Joined: the same reader, after a reload or a lost channel
	Browser string `json:"browser"`         // its name and version, as they are counted
	Version string `json:"version"`
}

// Joined is what became of a Join.
type Joined struct {
	Error   string `json:"error,omitempty"` // why not, in one sentence; then there is nothing else, but
	Later   bool   `json:"later,omitempty"` // nothing is wrong with the Join: the page keeps what it has, and joins again after a few seconds
	Room    string `json:"room,omitempty"`
	Name    string `json:"name,omitempty"`  // an animal's, which nobody else has in this room; "": the maker
	Token   string `json:"token,omitempty"` // a reader's
	Maker   bool   `json:"maker,omitempty"`
	Address string `json:"address,omitempty"` // where other machines find the room's page
	On      string `json:"on,omitempty"`      // what carries it: "memory", "disk" or "nats"
	Events  int    `json:"events,omitempty"`  // kept of it, at most
	Hours   int    `json:"hours,omitempty"`   // the same
}

// Presence is how a reader's EventSource on the room's stream is. A page tells of each change, at most a few times a second.
type Presence struct {
	State       int     `json:"state"`                 // readyState
	Waiting     bool    `json:"waiting,omitempty"`     // CONNECTING after an error
	WaitMs      float64 `json:"waitMs,omitempty"`      // the last wait that is over, as the page measured it, in milliseconds
	LastEventID string  `json:"lastEventId,omitempty"` // of the event that was dispatched last
	Events      int     `json:"events,omitempty"`      // dispatched
	Missed      int     `json:"missed,omitempty"`      // of the room's, by their numbers, between the first and the last that was dispatched
	Doubled     int     `json:"doubled,omitempty"`     // that came twice
	Hidden      bool    `json:"hidden,omitempty"`      // the tab is
	Plays       bool    `json:"plays,omitempty"`       // it is closed while a lesson plays
}

// Member is a reader, as the maker sees it.
type Member struct {
	ID      int     `json:"id"` // from 1
	Name    string  `json:"name"`
	Browser string  `json:"browser"`
	Version string  `json:"version"`
	Away    bool    `json:"away,omitempty"` // its channel is lost
	At      float64 `json:"at"`             // when the Presence came, on the class's clock, in milliseconds
	Presence
}

// Question is a lesson that the class predicts.
type Question struct {
	Round    int    `json:"round"` // from 1; asking again is another round
	Lesson   string `json:"lesson"`
	Asking   int    `json:"asking"`   // how often it was asked by now
	Answered int    `json:"answered"` // readers who predicted in this round
	Revealed bool   `json:"revealed"` // then every page plays it
	Chosen   int    `json:"chosen"`   // by this reader in this round, a choice from 0; -1: none yet

	// Bars are how many chose each choice, for each asking: the maker's, and everybody's once it is revealed.
	Bars [][]int `json:"bars,omitempty"`
}

// Outcome is what a reader's trace decided, without who it is.
type Outcome struct {
	Round   int                `json:"round"`
	Choice  int                `json:"choice"` // that happened, from 0; -1: none of them
	Browser string             `json:"browser,omitempty"`
	Version string             `json:"version,omitempty"`
	Figures map[string]float64 `json:"figures,omitempty"` // what the lesson measures, by the name in its texts; times in milliseconds
}

// Class is how a class is now: all of it after a Join, later what changed. Lists that are nil did not change.
type Class struct {
	Now      float64   `json:"now"` // its clock, in milliseconds
	Readers  int       `json:"readers"`
	Away     int       `json:"away,omitempty"`     // of them, whose channels are lost
	Members  []Member  `json:"members,omitempty"`  // the maker's: those that are new or changed
	Gone     []int     `json:"gone,omitempty"`     // the maker's: IDs of those who left for good
	Question *Question `json:"question,omitempty"` // nil: none was asked
	Outcomes []Outcome `json:"outcomes,omitempty"` // of the round of Question, once it is revealed: all of them, each time
}

// Predict is a reader's prediction, one for each round.
type Predict struct {
	Round  int `json:"round"`
	Choice int `json:"choice"` // from 0
}

// Ask is the maker's: a lesson for the class, or the same again.
type Ask struct {
	Lesson  string `json:"lesson"`
	Choices int    `json:"choices"` // how many it has
}
