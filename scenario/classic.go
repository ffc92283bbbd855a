package scenario

import (
	"strconv"
	"strings"
	"time"
)

// A Classic is the stream of GET /sse: an event every interval, the first after one interval, each with its number as the
// id. After the last the response ends, and the browser reconnects with Last-Event-ID: the stream continues after that
// event. When there is none left, the response is 204, which stops the browser.
type Classic struct {
	Count    int
	Interval time.Duration
	Event    string         // their type; "": the field is left out
	Retry    *time.Duration // nil: the field is left out
	Params   string         // the query as it came, as a JSON string
	Forget   bool           // start again at 0, whatever Last-Event-ID says
}

// DefaultClassic is what GET /sse plays without parameters.
var DefaultClassic = Classic{Count: 10, Interval: time.Second, Event: "customEvent"}

// Text is the classic stream in the notation.
func (c Classic) Text() string {
	var b strings.Builder
	b.WriteString("title: The classic stream\n")
	if c.Event != "" {
		b.WriteString("listen: " + quote(c.Event) + "\n")
	}
	if c.Count == 0 {
		b.WriteString("\n== 204\n")
		return b.String()
	}
	last := strconv.Itoa(c.Count - 1)
	if !c.Forget {
		b.WriteString("\n== 204 when Last-Event-ID is " + last + " or more\n")
		b.WriteString("\n== 200 when Last-Event-ID is not a number\n")
		c.write(&b, ": Last-Event-ID \"{last-event-id}\" is not one of this stream's: starting again at 0\n", "")
	}
	b.WriteString("\n== 200\n")
	if c.Forget {
		c.write(&b, "", "")
	} else {
		c.write(&b, "", " resume")
	}
	return b.String()
}

// Scenario is the text, parsed. The caller limits its numbers.
func (c Classic) Scenario() (*Scenario, error) { return Parse(c.Text(), Limits{}) }

// write writes one section of 200.
func (c Classic) write(b *strings.Builder, comment, resume string) {
	b.WriteString(":\n" + comment)
	if c.Retry != nil {
		b.WriteString("retry: " + strconv.FormatInt(c.Retry.Milliseconds(), 10) + "\n")
	}
	every := c.Interval.Round(time.Millisecond).String()
	b.WriteString("@wait " + every + "\n@repeat 0 to " + strconv.Itoa(c.Count-1) + " every " + every + resume + "\n")
	if c.Event != "" {
		b.WriteString(Wire([]byte("event: " + c.Event + "\n")))
	}
	b.WriteString("id: {n}\n")
	// A brace of the query's must not begin a placeholder. To JSON it is the same character.
	b.WriteString(`data: {"id":{n},"time":"{time}","params":` + strings.ReplaceAll(c.Params, "{", `\u007b`) + "}\n\n@again\n@end\n")
}
