package scenario

import (
	"maps"
	"strconv"
	"strings"

	"eventsource-playground/sse"
)

// A Condition is on a request. A section with one is for every request that meets it, out of turn.
type Condition struct {
	Redirected bool // the request is for the target of a RedirectHere or RedirectSecond
	ID         IDTest
	Value      string // for IDIs
	N          int    // for IDAtLeast

	Method      string // GET or POST; "": either
	Header      string // one that begins with x-, in lower case; "": none is looked at
	HeaderIs    string // its value; "": it is missing
	Authorized  bool   // there is an Authorization header
	Credentials string // and these follow its scheme; "": any
}

// An IDTest is on Last-Event-ID.
type IDTest uint8

const (
	AnyID       IDTest = iota // or none
	IDNone                    // the header is missing
	IDIs                      // it is Condition.Value
	IDNotNumber               // it is present, but {n} never wrote it
	IDAtLeast                 // it is a number, Condition.N or more
)

func (c Condition) met(r *Request) bool {
	switch {
	case c.Redirected && !r.Redirected, c.Method != "" && c.Method != r.method():
		return false
	case c.Header != "" && r.announces(c.Header):
		if c.HeaderIs == "" {
			return false
		}
	case c.Header != "" && r.header[c.Header] != c.HeaderIs:
		return false
	}
	if c.Authorized && !r.announces("Authorization") {
		_, credentials, _ := strings.Cut(r.authorization, " ")
		if r.authorization == "" || c.Credentials != "" && strings.TrimSpace(credentials) != c.Credentials {
			return false
		}
	}
	return c.metByID(r)
}

func (c Condition) metByID(r *Request) bool {
	if r.announces("Last-Event-ID") {
		return c.ID != IDNone
	}
	id := r.LastEventID
	switch c.ID {
	case IDNone:
		return id == ""
	case IDIs:
		return id == c.Value
	case IDNotNumber:
		return id != "" && !isNumber(id)
	case IDAtLeast:
		n, _ := strconv.Atoi(id)
		return isNumber(id) && n >= c.N
	}
	return true
}

// Example is a request that meets the condition: other, changed where it must be.
func (c Condition) Example(other Request) Request {
	r := other
	r.Redirected = c.Redirected
	switch c.ID {
	case IDNone:
		r.LastEventID = ""
	case IDIs, IDNotNumber:
		r.LastEventID = c.Value
	case IDAtLeast:
		r.LastEventID = strconv.Itoa(c.N)
	}
	if c.Method != "" {
		r.Method = c.Method
	}
	if c.Header != "" {
		r.header = maps.Clone(r.header)
		r.SetHeader(c.Header, c.HeaderIs)
	}
	return r
}

// condition reads one test or several, with an "and" between two.
func condition(c *cursor) (when Condition) {
	given := map[string]bool{}
	for {
		start := c.start()
		of := when.read(c)
		if given[of] {
			c.fail(start, of+" is here twice: keep one")
		}
		given[of] = true
		if c.failed || !c.accept("and") {
			return when
		}
	}
}

// read reads one test, and returns of what it is.
func (when *Condition) read(c *cursor) (of string) {
	switch {
	case c.accept("redirected"):
		when.Redirected = true
		return "redirected"
	case c.accept("method is"):
		start := c.start()
		when.Method = strings.Clone(c.word())
		if when.Method != "GET" && when.Method != "POST" {
			c.fail(start, "a stream is requested with GET or POST: write method is POST")
		}
		return "method"
	case c.accept("header"):
		when.readHeader(c)
		return "header"
	case c.accept("authorized"):
		when.Authorized = true
		if c.accept("is") {
			start := c.start()
			when.Credentials = c.value("the word")
			if strings.Contains(when.Credentials, " ") {
				c.fail(start, "the word is what follows Bearer, or another scheme: write it alone")
			}
		}
		return "authorized"
	default:
		when.readID(c)
		return "Last-Event-ID"
	}
}

// readHeader reads "X-Name is value" and "X-Name is none".
func (when *Condition) readHeader(c *cursor) {
	start := c.start()
	name := c.word()
	if why := unseen(name); why != "" {
		c.fail(start, why)
		return
	}
	when.Header = strings.ToLower(name)
	switch {
	case c.accept("is none"):
	case c.accept("is"):
		when.HeaderIs = c.value("the value")
	default:
		c.fail(c.start(), "the value is missing: write header X-Name is value, or is none")
	}
}

// readID reads a test of Last-Event-ID.
func (when *Condition) readID(c *cursor) {
	switch {
	case c.accept("Last-Event-ID is none"):
		when.ID = IDNone
	case c.accept("Last-Event-ID is not a number"):
		when.ID = IDNotNumber
	case c.accept("Last-Event-ID is"):
		start, quoted := c.start(), c.quoted()
		when.ID, when.Value = IDIs, c.value("the id")
		if quoted || !c.accept("or more") {
			return
		}
		if !isNumber(when.Value) {
			c.fail(start, short(when.Value)+" is not a whole number: or more needs one")
		}
		n, _ := strconv.Atoi(when.Value)
		when.ID, when.Value, when.N = IDAtLeast, "", n
	default:
		c.fail(c.start(), "this is not a condition: write redirected, method is POST, header X-Name is value, authorized, "+
			"Last-Event-ID is 7, is 7 or more, is none or is not a number")
	}
}

// unseen says why a scenario cannot look at a header; "": it can.
func unseen(name string) string {
	switch lower := strings.ToLower(name); {
	case lower == "authorization":
		return "Authorization is never shown: compare it with a word, as in when authorized is word"
	case !strings.HasPrefix(lower, ownHeaders) || !sse.IsToken(name) || len(name) > maxName:
		return short(name) + " cannot be looked at: name a header that begins with X-, such as X-Name, of at most " + strconv.Itoa(maxName) + " characters"
	}
	return ""
}
