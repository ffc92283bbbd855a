package code

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"eventsource-playground/code/quote"
	"eventsource-playground/language"
	"eventsource-playground/protocol"
	"eventsource-playground/scenario"
)

// Server is a program of that kind that responds as the scenario says, to clients that are known by their address. What a
// small program cannot say stands in it as a comment. Where another server's stream is set up, so does that this is not it.
func Server(kind string, s *scenario.Scenario, anothers bool, in *language.Language) (string, error) {
	w := &writer{voice: voiceOf(in), Uses: map[string]bool{}}
	switch kind {
	case ServerGo:
		w.dialect = &inGo
	case ServerNode:
		w.dialect = &inNode
	default:
		return "", errors.New("there is no program of this name")
	}
	w.scenario = s
	w.Title, w.Anothers = quote.JS(cmp.Or(s.Title.In(in.Code), w.Say("A scenario"))), anothers
	w.Responses, w.Choice = w.written(w.responses), w.written(w.choice)
	w.Posts = w.Uses["body"] || w.Uses["method"] || s.Connect.Method == "POST"
	return run(kind, w), nil
}

// dialect is what differs between the languages in what a response does: all else is calls of the same methods.
type dialect struct {
	quote            func(string) string
	function, end    string // a response's, with its number between the two
	loop             string // of a repeat, with its first number for the one %
	equal, semicolon string
	wait             string // before what takes time
}

var (
	inGo   = dialect{quote.Go, "func (s *stream) response", "() {", "for n := ", "==", "", ""}
	inNode = dialect{quote.JS, "async function response", "(s) {", "for (let n = ", "===", ";", "await "}
)

// writer writes the part of a program that is the scenario's. A template is given it.
type writer struct {
	voice
	*dialect
	scenario *scenario.Scenario
	text     strings.Builder
	indent   string

	Title             string
	Anothers          bool
	Posts             bool // a request may have a body
	Choice, Responses string
	Uses              map[string]bool // methods and functions that are called
}

// written is what write writes.
func (w *writer) written(write func()) string {
	w.text.Reset()
	write()
	if w.dialect == &inNode {
		return strings.ReplaceAll(w.text.String(), "\t", "  ") // no literal has a tab
	}
	return w.text.String()
}

// line writes a line of code.
func (w *writer) line(parts ...string) {
	w.text.WriteString(w.indent)
	for _, part := range parts {
		w.text.WriteString(part)
	}
	w.text.WriteByte('\n')
}

// call writes a call of a method.
func (w *writer) call(method string, args ...string) {
	w.Uses[method] = true
	wait := ""
	if method == "wait" || method == "hold" || method == "reset" {
		wait = w.wait
	}
	w.line(wait, "s.", method, "(", strings.Join(args, ", "), ")", w.semicolon)
}

func (w *writer) comment(text string) { w.line("// ", w.Say(text)) }

// responses writes a function for each section.
func (w *writer) responses() {
	// Where it matters which request this is, the server knows its clients.
	counts := len(w.turns()) > 1 || slices.ContainsFunc(w.scenario.Sections, func(s *scenario.Section) bool { return has(s.Parts(), "attempt") })
	w.Uses["leave"] = counts
	for i, s := range w.scenario.Sections {
		w.text.WriteString("\n" + w.function + strconv.Itoa(i+1) + w.end + "\n")
		w.indent = "\t"
		w.response(s, counts && !w.final(s))
		w.indent = ""
		w.line("}")
	}
}

func has(parts []scenario.Part, holder string) bool {
	return slices.ContainsFunc(parts, func(p scenario.Part) bool {
		return has(p.Parts, holder) || slices.ContainsFunc(p.Pieces, func(piece scenario.Piece) bool { return piece.Holder == holder })
	})
}

// turns are the numbers of the sections that respond in turn.
func (w *writer) turns() (turns []int) {
	for i, s := range w.scenario.Sections {
		if s.When == (scenario.Condition{}) {
			turns = append(turns, i)
		}
	}
	return turns
}

// final reports whether a response tells every client not to reconnect, so that the next request is a new client's.
func (w *writer) final(s *scenario.Section) bool {
	turns := w.turns()
	return s.Reply == scenario.Response && s.Head.Status == 204 &&
		(s.When != (scenario.Condition{}) || s == w.scenario.Sections[turns[len(turns)-1]])
}

func (w *writer) response(s *scenario.Section, goesOn bool) {
	if s.After > 0 {
		w.call("wait", milliseconds(s.After))
	}
	leave := func() {
		if goesOn {
			w.call("leave")
		}
	}
	switch s.Reply {
	case scenario.Refuse:
		leave()
		w.call("reset")
		return
	case scenario.Silence:
		w.call("hold")
		return
	}
	w.head(&s.Head)
	if s.Proxied() {
		w.comment("left out: the proxy that holds bytes back or cuts the connection")
	}
	w.parts(s.Parts())
	switch s.End() {
	case scenario.Hold:
		w.call("hold")
	case scenario.Reset, scenario.ResetAll: // over HTTP/1.1 the same
		leave()
		w.call("reset")
	case scenario.Truncate:
		leave()
		w.call("truncate")
	default:
		leave()
		w.call("end")
	}
}

func (w *writer) head(h *scenario.Head) {
	if h.Gzip != scenario.NoGzip {
		w.comment("left out: the response is not compressed")
	}
	args := []string{strconv.Itoa(h.Status)}
	add := func(name, value string) { args = append(args, w.quote(name), value) }
	typed := false
	for _, header := range h.Header {
		typed = typed || header.Name == "Content-Type"
		add(header.Name, w.quote(header.Value))
	}
	if !typed {
		add("Content-Type", w.quote("")) // or net/http guesses one
	}
	switch h.Redirect {
	case scenario.RedirectSecond:
		w.comment("left out: the second origin; this leads to the same one")
		add("Location", w.quote("/sse?redirected=1"))
	case scenario.RedirectHere:
		add("Location", w.quote("/sse?redirected=1"))
	case scenario.RedirectPath:
		add("Location", w.quote(h.Path))
	}
	switch h.CORS {
	case scenario.CORSDefault, scenario.CORSAny:
		add("Access-Control-Allow-Origin", w.quote("*"))
	case scenario.CORSExact:
		w.Uses["origin"] = true
		add("Vary", w.quote("Origin"))
		add("Access-Control-Allow-Origin", "s.origin()")
	}
	if h.Credentials {
		add("Access-Control-Allow-Credentials", w.quote("true"))
	}
	w.line("s.head(", args[0], ",")
	for i := 1; i < len(args); i += 2 {
		w.line("\t", args[i], ", ", args[i+1], ",")
	}
	w.line(")", w.semicolon)
}

func (w *writer) parts(parts []scenario.Part) {
	for _, p := range parts {
		switch p.Do {
		case scenario.PartSend:
			w.send(p)
		case scenario.PartBase64:
			w.Uses["send"] = true
			w.call("base64", strconv.Itoa(p.Times))
		case scenario.PartBinary:
			w.Uses["send"] = true
			w.call("binary", strconv.Itoa(p.Times))
		case scenario.PartWait:
			w.call("wait", milliseconds(p.For))
		case scenario.PartFlush:
			w.call("flush")
		case scenario.PartPace:
			w.comment("left out: a pace that sends what follows in pieces, or ends that")
		case scenario.PartRepeat:
			w.repeat(p)
		}
	}
}

// send writes each line of the stream on a line of its own.
func (w *writer) send(p scenario.Part) {
	if p.Times > 1 {
		w.fill(p)
		return
	}
	var lines []string // of arguments
	var args []string
	flush := func() {
		switch all := append(lines, strings.Join(args, ", ")); {
		case len(lines) == 0 && len(args) == 0:
			return
		case len(lines) == 0 || len(lines) == 1 && len(args) == 0:
			w.call("send", strings.TrimSuffix(all[0], ", "))
		default:
			w.Uses["send"] = true
			w.line("s.send(")
			for _, line := range all {
				if line != "" {
					w.line("\t", line, ",")
				}
			}
			w.line(")", w.semicolon)
		}
		lines, args = nil, nil
	}
	for _, piece := range p.Pieces {
		if w.dialect == &inNode && !utf8.ValidString(piece.Text) {
			flush()
			w.call("sendBytes", quote.JSBytes(piece.Text))
			continue
		}
		if piece.Holder != "" {
			args = append(args, w.holder(piece))
			continue
		}
		for text := range strings.Lines(piece.Text) {
			args = append(args, w.quote(text))
			if strings.HasSuffix(text, "\n") {
				lines, args = append(lines, strings.Join(args, ", ")), nil
			}
		}
	}
	flush()
}

// fill writes a text that is sent many times.
func (w *writer) fill(p scenario.Part) {
	text, times := p.Pieces[0].Text, strconv.Itoa(p.Times)
	switch {
	case w.dialect == &inGo:
		w.Uses["Repeat"] = true
		w.call("send", "strings.Repeat("+w.quote(text)+", "+times+")")
	case utf8.ValidString(text):
		w.call("send", w.quote(text)+".repeat("+times+")")
	default:
		w.call("sendBytes", quote.JSBytes(text)+".repeat("+times+")")
	}
}

// sent is the expression for what a request sends.
func (w *writer) sent(p scenario.Piece) string {
	w.Uses[p.Holder] = true
	switch {
	case p.Holder == "method":
		return "s.method()"
	case p.Holder == "body":
		return "s.body(" + w.quote(p.Text) + ")"
	case protocol.LooksSecret(p.Text):
		return w.quote(protocol.Mask)
	}
	return "s.header(" + w.quote(p.Text) + ")"
}

// holder is the expression for a placeholder.
func (w *writer) holder(p scenario.Piece) string {
	switch p.Holder {
	case "n":
		return "n"
	case "attempt":
		return "s.attempt"
	case "last-event-id":
		return "s.id"
	case "time":
		w.Uses["now"] = true
		return "now()"
	case "random":
		w.Uses["random"] = true
		return "random(" + strconv.Itoa(p.Low) + ", " + strconv.Itoa(p.High) + ")"
	}
	return w.sent(p)
}

func (w *writer) repeat(p scenario.Part) {
	first, to := strconv.Itoa(p.From), strconv.Itoa(p.To)
	if p.Resume {
		w.Uses["after"] = true
		first = "s.after(" + first + ", " + to + ")"
	}
	w.line(w.loop, first, "; n <= ", to, "; n++", map[bool]string{true: ") {", false: " {"}[w.dialect == &inNode])
	w.indent += "\t"
	if p.For > 0 {
		w.condition("n > " + first)
		w.indent += "\t"
		w.call("wait", milliseconds(p.For))
		w.indent = w.indent[1:]
		w.line("}")
	}
	w.parts(p.Parts)
	w.indent = w.indent[1:]
	w.line("}")
}

// condition begins what is done under one.
func (w *writer) condition(c string) {
	if w.dialect == &inNode {
		c = "(" + c + ")"
	}
	w.line("if ", c, " {")
}

// choice writes which response a request gets: the first one whose condition it meets, otherwise those without take turns.
func (w *writer) choice() {
	w.indent = "\t"
	call := func(function string) {
		if w.dialect == &inNode {
			w.line("return ", function, "(s);")
		} else {
			w.line("s.", function, "()")
		}
	}
	for i, s := range w.scenario.Sections {
		if s.When == (scenario.Condition{}) {
			continue
		}
		w.condition(w.meets(s.When))
		w.indent = "\t\t"
		call("response" + strconv.Itoa(i+1))
		if w.dialect == &inGo {
			w.line("return")
		}
		w.indent = "\t"
		w.line("}")
	}
	turns := w.turns()
	switch len(turns) {
	case 0:
		w.Uses["end"] = true
		w.line("s.head(404)", w.semicolon)
		w.line("s.end()", w.semicolon)
	case 1:
		call("response" + strconv.Itoa(turns[0]+1))
	default:
		w.Uses["turn"] = true
		var functions, times []string
		for _, i := range turns {
			name := "response" + strconv.Itoa(i+1)
			if w.dialect == &inGo {
				name = "s." + name
			}
			functions, times = append(functions, name), append(times, milliseconds(w.scenario.Sections[i].For))
		}
		all, turn := strings.Join(functions, ", "), "[s.turn("+strings.Join(times, ", ")+")]"
		if w.dialect == &inNode {
			w.line("return [", all, "]", turn, "(s);")
		} else {
			w.line("[]func(){", all, "}", turn, "()")
		}
	}
}

// meets is a condition on a request.
func (w *writer) meets(c scenario.Condition) string {
	var all []string
	if c.Redirected {
		w.Uses["redirected"] = true
		all = append(all, "s.redirected()")
	}
	if c.Method != "" {
		w.Uses["method"] = true
		all = append(all, "s.method() "+w.equal+" "+w.quote(c.Method))
	}
	if c.Header != "" {
		w.Uses["header"] = true
		all = append(all, "s.header("+w.quote(c.Header)+") "+w.equal+" "+w.quote(c.HeaderIs))
	}
	if c.Authorized {
		w.Uses["authorized"] = true
		all = append(all, "s.authorized("+w.quote(c.Credentials)+")")
	}
	switch c.ID {
	case scenario.IDNone:
		all = append(all, "s.id "+w.equal+` ""`)
	case scenario.IDIs:
		all = append(all, "s.id "+w.equal+" "+w.quote(c.Value))
	case scenario.IDNotNumber:
		w.Uses["number"] = true
		all = append(all, "!(s.id "+w.equal+` "")`, "s.number() < 0")
	case scenario.IDAtLeast:
		w.Uses["number"] = true
		all = append(all, "s.number() >= "+strconv.Itoa(c.N))
	}
	return strings.Join(all, " && ")
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }
