package main

import (
	"slices"
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/protocol"
	"eventsource-playground/trace"
)

// framesSaid is what there is to say of a WebSocket's frames as a whole.
func framesSaid(e *trace.Exchange, all []*trace.Exchange) string {
	said := []string{requestName(e, all), fill(say("{n} bytes in frames from the server"), "{n}", grouped(e.Sent))}
	if earlier := e.FramesGone + max(0, len(e.Frames)-shownLines); earlier > 0 {
		said = append(said, count(earlier, "1 earlier frame is not shown", "{n} earlier frames are not shown"))
	}
	return strings.Join(said, " · ") + say(".")
}

// notInProtocol says what of the scenario a WebSocket has no counterpart of, as far as it was played; "" for nothing.
func (m *model) notInProtocol() string {
	names := []string{}
	for _, e := range m.subject().Exchanges() {
		for _, name := range e.NotHere {
			word, ok := notHere[name]
			if !ok {
				word = string(name) // a field's
			}
			if word = say(word); !slices.Contains(names, word) {
				names = append(names, word)
			}
		}
	}
	if len(names) == 0 {
		return ""
	}
	return fill(say("not in this protocol: {names}"), "{names}", strings.Join(names, say(", ")))
}

// notHere is what a WebSocket has not, but for fields and directives, whose names are the same in all languages.
var notHere = map[protocol.NotHere]string{
	protocol.NoComments: later("more than 50 comments a second"), protocol.NoFields: later("unknown fields"), protocol.NoChunks: later("chunks"),
	protocol.NoContentType: later("content type"), protocol.NoRedirect: later("redirect"),
}

// frameRows are the newest frames, one a line.
func frameRows(e *trace.Exchange) []app.UI {
	rows := []app.UI{}
	for _, f := range e.Frames[max(0, len(e.Frames)-shownLines):] {
		who := say("server")
		if f.FromPage {
			who = say("page")
		}
		text := brief(string(f.Bytes), 300)
		switch f.Frame {
		case protocol.FrameClose:
			text = strings.TrimSpace(strconv.Itoa(f.Code) + " " + brief(f.Reason, 200))
		case protocol.FrameBinary:
			text = ""
		}
		rows = append(rows, view(`<li data-outcome="frame">
			<span class="time">{}</span>
			<span><code>{}</code></span>
			<span class="outcome"><b>{}</b> <bdi>{}</bdi></span>
		</li>`, thousandths(e.T(f.At)), visible(text), string(f.Frame),
			fill(say("from the {who}, {n} bytes, with its header {wire}"), "{who}", who, "{n}", grouped(f.Size), "{wire}", grouped(f.Wire))))
	}
	return rows
}
