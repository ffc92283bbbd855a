package main

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"eventsource-playground/language"
)

// spoken is what the page says: each English text and where it stands.
type spoken map[string]string

// showing are the functions whose arguments a visitor reads. The number is the first one that is read.
var showing = map[string]int{"Text": 0, "Title": 0, "field": 1, "copyButton": 0, "fact": 0, "figure": 2, "step": 1, "tabButton": 1, "view": 1, "when": 2}

// speaking are those whose first texts are said: how many.
var speaking = map[string]int{"say": 1, "later": 1, "count": 2}

// untranslated are names of the standard and of the notation, and what is nobody's language.
var untranslated = []string{
	"readyState", "lastEventId", "withCredentials", "data", "event", "id", "retry", "origin", "url", "URL", "timeStamp", "Last-Event-ID", "message",
	"es.close()", "EventSource ", "EventSource", "HTML ", "lastEventId ", " lastEventId ", "EN", "Esc", "中文", "s", "ms", "→", "Language, 语言: EN · 中文", "data: half an ev",
	"panel-", "tab-", "parameter-", "type ", "false", // for the page, not for people
}

var (
	placeholder = regexp.MustCompile(`\{[a-z]+\}`)
	letters     = regexp.MustCompile(`\pL`)
	// readByPeople are the attributes that view says, with their literal values; text is what stands between tags.
	tag          = regexp.MustCompile(`<[^<>]*>`)
	readByPeople = regexp.MustCompile(`\b(?:aria-label|placeholder|title)="([^"]*)"`)
)

// listen collects what a file says, and returns what it shows without saying it.
func (s spoken) listen(t *testing.T, name string, source any) (mute []string) {
	t.Helper()
	files := gotoken.NewFileSet()
	file, err := parser.ParseFile(files, name, source, 0)
	if err != nil {
		t.Fatal(err)
	}
	at := func(n ast.Node) string { return files.Position(n.Pos()).String() }
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		function := called(call)
		for _, text := range s.said(function, call) {
			s[text] = at(call)
		}
		first, shows := showing[function]
		if function == "Aria" || function == "Attr" {
			what, _ := literal(call.Args[0])
			first, shows = 1, slices.Contains([]string{"label", "valuetext", "placeholder", "title", "aria-label"}, what)
		}
		if !shows {
			return true
		}
		args := call.Args[min(first, len(call.Args)):]
		if function == "copyButton" {
			args = args[:1] // what follows is no text
		}
		for _, arg := range args {
			for _, text := range unsaid(arg) {
				mute = append(mute, at(arg)+": "+strconv.Quote(text))
			}
		}
		return true
	})
	return mute
}

// said are the texts that a call says.
func (s spoken) said(function string, call *ast.CallExpr) (texts []string) {
	switch n := speaking[function]; {
	case function == "count":
		if text, ok := literal(call.Args[n]); ok {
			texts = append(texts, text)
		}
	case n > 0:
		if text, ok := literal(call.Args[0]); ok {
			texts = append(texts, text)
		}
	case function == "view" || function == "when":
		for _, arg := range call.Args[:min(2, len(call.Args))] {
			html, _ := literal(arg)
			for _, attribute := range readByPeople.FindAllStringSubmatch(html, -1) {
				texts = append(texts, attribute[1])
			}
			for _, text := range strings.FieldsFunc(tag.ReplaceAllString(html, "\x00"), func(r rune) bool { return r == 0 }) {
				for _, text := range strings.Split(text, "{}") {
					texts = append(texts, strings.Trim(text, "\n\t"))
				}
			}
		}
	}
	inView := function == "view" || function == "when"
	return slices.DeleteFunc(texts, func(text string) bool {
		return inView && !letters.MatchString(text)
	})
}

// unsaid are the words in an argument that are not inside of a call.
func unsaid(arg ast.Expr) (texts []string) {
	ast.Inspect(arg, func(n ast.Node) bool {
		if _, ok := n.(*ast.CallExpr); ok {
			return false
		}
		if text, ok := literal(n); ok && letters.MatchString(text) && !slices.Contains(untranslated, text) {
			texts = append(texts, text)
		}
		return true
	})
	return texts
}

func called(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

func literal(n ast.Node) (string, bool) {
	if basic, ok := n.(*ast.BasicLit); ok && basic.Kind == gotoken.STRING {
		text, err := strconv.Unquote(basic.Value)
		return text, err == nil
	}
	return "", false
}

// saidByOthers are texts of the trace and the server that the page says in its language, and the folders where they stand.
var saidByOthers = map[string][]string{
	"../sse": {
		"field", "comment", "ignored", "dispatched", "blank", "discarded",
		"the stream ended before a blank line, so what was pending is forgotten",
		"the stream ended before the line did", "id contains U+0000", "retry accepts digits only, at least one", "no such field in the standard",
		"there is no data field, so nothing is dispatched",
	},
	"../report": {
		"This file is not a browser report: eventSourceReport is missing.",
		"This report is in a format that this page cannot read: it comes from another version.",
		"This report is damaged: its browser or its results can't be read.",
		"This report is damaged: a result is none of pass, differs and measured.",
		"This file is not a browser report: it is not the JSON that this page saves.",
	},
	"../report/engine": {
		"a Go program that calls NewStream so does not compile",
		"a Stream has no handlers: its events are ranged over",
		"the states are constants of the Go package",
		"an event of a Stream is a Go struct, not an Event of the DOM",
		"an address that is not HTTP is refused at once, with the reason",
	},
	"../protocol": {"server", "client", "end", "cut", "cut cleanly", "left", "refused", "limit", "stopping", "too slow", "mistake", "rejected", "quota", "pause", "resume", "step", "send"},
	"../report/checks": {
		"Constructor", "Wire format", "Ids", "Reconnection time", "Status codes", "Content types", "Redirects", "Other origins", "Connection lost",
		"Closing", "Events", "Measured",
	},
	"../server/session":   {"silence"},
	"../scenario":         {"hold"},
	"../scenario/library": {"Basics", "Reconnection", "Closing for good", "Redirects", "Wire format", "Other origins", "Streaming APIs", "Buffers", "Load", "Comparison"},
	"../trace":            {"page"},
	".":                   {"system", "light", "dark"},
}

func sourceOf(t *testing.T, folder string) string {
	t.Helper()
	var all strings.Builder
	for _, name := range glob(t, folder+"/*.go") {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(content)
	}
	return all.String()
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		t.Fatalf("got no file %s, %v", pattern, err)
	}
	return names
}

func TestEveryTextIsSaidInEveryLanguage(t *testing.T) {
	said := spoken{}
	for _, name := range glob(t, "*.go") {
		if !strings.HasSuffix(name, "_test.go") {
			for _, text := range said.listen(t, name, nil) {
				t.Errorf("%s is shown without being said: use say", text)
			}
		}
	}
	for folder, texts := range saidByOthers {
		source := sourceOf(t, folder)
		for _, text := range texts {
			if !strings.Contains(source, strconv.Quote(text)) {
				t.Errorf("%q: nothing in %s says so any more", text, folder)
			}
			said[text] = folder
		}
	}
	for _, l := range language.All[1:] {
		words := wordsOf(t, l)
		for _, text := range slices.Sorted(maps.Keys(said)) {
			translation, ok := words[text]
			if !ok && !slices.Contains(untranslated, text) {
				t.Errorf("%s: %q is not in app/%s.json", said[text], text, l.Code)
			}
			if !ok {
				continue
			}
			for form := range strings.SplitSeq(translation, "|") {
				if want, got := placeholders(text), placeholders(form); !slices.Equal(got, want) {
					t.Errorf("app/%s.json: got the placeholders %v in %q; want %v", l.Code, got, form, want)
				}
			}
		}
		for text := range words {
			if _, ok := said[text]; !ok {
				t.Errorf("app/%s.json: nothing says %q", l.Code, text)
			}
		}
	}
}

// wordsOf are a language's texts in this folder.
func wordsOf(t *testing.T, l *language.Language) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, name := range glob(t, "*"+l.Code+".json") {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		words := map[string]string{}
		if err := json.Unmarshal(content, &words); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for text, translation := range words {
			if _, twice := all[text]; twice {
				t.Errorf("%s: %q is in another file too", name, text)
			}
			all[text] = translation
		}
	}
	return all
}

// go-app draws a component again when an exported field changes, and only then.
func TestEveryComponentKnowsItsLanguage(t *testing.T) {
	for _, name := range glob(t, "*.go") {
		file, err := parser.ParseFile(gotoken.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			declared, ok := n.(*ast.TypeSpec)
			if !ok || declared.Name.Name == "playground" { // the page itself, which every update draws
				return true
			}
			if fields, ok := declared.Type.(*ast.StructType); ok && has(fields, "Compo") && !has(fields, "Language") {
				t.Errorf("%s: %s has no field Language: it would keep the old one", name, declared.Name)
			}
			return true
		})
	}
}

func has(fields *ast.StructType, name string) bool {
	return slices.ContainsFunc(fields.Fields.List, func(f *ast.Field) bool {
		embedded, ok := f.Type.(*ast.SelectorExpr)
		return len(f.Names) == 0 && ok && embedded.Sel.Name == name || len(f.Names) > 0 && f.Names[0].Name == name
	})
}

func TestTextsAreFound(t *testing.T) {
	for _, test := range []struct{ code, said, mute string }{
		{`e.Text("New words")`, "", "New words"},
		{`e.Text("readyState")`, "", ""},
		{`e.Text(n + " new words")`, "", " new words"},
		{`e.Text(say("New words"))`, "New words", ""},
		{`e.Text(fill(say("{n} new words"), "{n}", n))`, "{n} new words", ""},
		{`e.Attr("placeholder", "new")`, "", "new"},
		{`e.Attr("class", "new")`, "", ""},
		{`e.Aria("label", "New")`, "", "New"},
		{`count(n, "1 word", "{n} words")`, "{n} words", ""},
		{"view(`<p title=\"New\">{} words\n\t</p>`, \"more\")", "New| words", "more"},
		{"when(x, `<p>New</p>`, n)", "New", ""},
	} {
		said := spoken{}
		mute := said.listen(t, "x.go", "package x\nfunc _() { "+test.code+" }")
		for _, text := range strings.Split(test.said, "|") {
			if _, ok := said[text]; !ok && text != "" {
				t.Errorf("%s: got %v said; want %q", test.code, said, text)
			}
		}
		if (test.mute != "") != (len(mute) == 1) || len(mute) == 1 && !strings.HasSuffix(mute[0], strconv.Quote(test.mute)) {
			t.Errorf("%s: got %q as not said; want %q", test.code, mute, test.mute)
		}
	}
}

func placeholders(text string) []string {
	found := placeholder.FindAllString(text, -1)
	slices.Sort(found)
	return found
}
