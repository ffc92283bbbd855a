package main

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// token is a piece of JavaScript with its class for the eye: keyword, string, comment or nothing.
type token struct{ class, text string }

// constructorCode is the call as JavaScript.
func constructorCode(s Setup) []token {
	code := []token{{"keyword", "const"}, {"", " es = "}, {"keyword", "new"}, {"", " EventSource(\n  "}, {"string", quoteJS(withoutSecrets(s.URL, "SECRET"))}}
	if s.Credentials {
		code = append(code, token{"", ",\n  { withCredentials: "}, token{"keyword", "true"}, token{"", " }"})
	}
	return append(code, token{"", ")"})
}

// programCode is a whole program that does what this page does now.
func programCode(s Setup) []token {
	code := append(constructorCode(s), token{"", ";\n\n"})
	listen := func(comment, typ, arg string) {
		code = append(code, token{"comment", "// " + say(comment) + "\n"},
			token{"", "es.addEventListener("}, token{"string", quoteJS(typ)}, token{"", ", (event) => {\n  console.log(" + arg + ");\n});\n"})
	}
	listen(later("readyState is 1: the server responded with an event stream"), "open", `"open", es.readyState`)
	listen(later("0: the browser will reconnect. 2: it gave up"), "error", `"error", es.readyState`)
	listen(later("events without a name"), "message", "event.data, event.lastEventId")
	for _, name := range s.Listen {
		listen(later("only events of this name"), name, "event.type, event.data, event.lastEventId")
	}
	return append(code, token{"comment", "\n// " + say("stops for good; fires nothing") + "\n// "}, token{"comment", "es.close();\n"})
}

// text is the code without its classes, to be copied.
func text(code []token) string {
	var b strings.Builder
	for _, t := range code {
		b.WriteString(t.text)
	}
	return b.String()
}

// quoteJS writes a JavaScript string literal that is safe in a script element too. What can't be seen is escaped: it
// must not make the code read as what it is not.
func quoteJS(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r > 0xFFFF && (isUnseen(r) || !strconv.IsPrint(r)):
			fmt.Fprintf(&b, `\u{%x}`, r)
		case !strconv.IsPrint(r) || isUnseen(r) || r == '<' || r == utf8.RuneError:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// codeTab is the program as code.
type codeTab struct {
	Model  *model
	setup  Setup
	copied string
}

func (m *model) codeTab() app.UI { return shown(&codeTab{m, m.connection.setup, m.copied}) }

func (t *codeTab) draw() app.UI {
	return view(`<div class="code program"><pre role="group" tabindex="0" aria-label="Program">{}</pre>{}</div>`,
		code(programCode(t.setup)), copyButton(say("Copy the program"), "program", t.copied, t.onCopy))
}

func (t *codeTab) onCopy(ctx app.Context, _ app.Event) {
	t.Model.copy(ctx, "program", text(programCode(t.Model.connection.setup)))
}

func code(tokens []token) app.UI {
	spans := []app.UI{}
	for _, t := range tokens {
		spans = append(spans, view(`<span class={}>{}</span>`, t.class, t.text))
	}
	return view(`<code>{}</code>`, spans)
}
