package code

import (
	"encoding/json"
	"go/ast"
	"go/format"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"eventsource-playground/language"
	"eventsource-playground/scenario"
	"eventsource-playground/scenario/library"
)

// hostile is what would end a literal or a comment, or be carried out, in one of the languages.
const hostile = "\"'`\\ */ </script> ${x} $(touch pwned) %s {{.}} \u2028\u202e\u00a0 事件 \x00 \x1b '\\'' \"+\" \n//\r\n#"

// servers are the programs of all scenarios that there are, and of hostile ones.
func servers(t *testing.T, kind string) map[string]string {
	t.Helper()
	programs := map[string]string{}
	add := func(name string, s *scenario.Scenario, anothers bool) {
		program, err := Server(kind, s, anothers, language.English)
		if err != nil {
			t.Fatal(err)
		}
		programs[name] = program
	}
	for _, e := range library.All() {
		add(e.Name, e.Scenario, false)
	}
	classic, err := scenario.DefaultClassic.Scenario()
	if err != nil {
		t.Fatal(err)
	}
	add("classic", classic, true)
	for name, text := range map[string]string{
		"hostile": "title: */ </script> \u2028 ${x} `\n== 200 when Last-Event-ID is " + strconv.Quote(`"'\`) + "\n@raw " + `"\"\\'` + "`" + `${x} \xff"` + "\n== 200\n" + scenario.Wire([]byte(hostile)),
		"all": "== 204 when redirected and Last-Event-ID is none\n== 200 when Last-Event-ID is not a number\n@gzip\n@proxy holds 10 bytes\ndata: {last-event-id} {attempt} {random 1-6} {time}\n\n" +
			"== 200 when Last-Event-ID is 7 or more\n@raw \"\\xff\" 10 times\n@raw \"x\" 10 times\n@flush\n@pace line every 1s\n@cors exact with credentials\n",
		"turns":      "== silence\n== refuse for 1s\n== 200 after 1s\n@cors exact with credentials\n@header Content-Type:\n@cut cleanly\n== 204\n",
		"generated":  "== 200\n@bytes 5 base64\n@repeat 2\n@bytes 7 binary\n@again\n",
		"only whens": "== 302 when redirected\n@redirect second origin\n",
	} {
		s, err := scenario.Parse(strings.Replace(text, "\n@cors exact with credentials\n", "\n", strings.Count(text, "@pace")), scenario.DefaultLimits)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		add(name, s, false)
	}
	return programs
}

func TestEveryServerInGoCompilesAndIsFormatted(t *testing.T) {
	files := token.NewFileSet()
	config := types.Config{Importer: importer.ForCompiler(files, "gc", compiled(t))}
	for name, program := range servers(t, ServerGo) {
		if formatted, err := format.Source([]byte(program)); err != nil || string(formatted) != program {
			t.Errorf("%s: got it formatted otherwise, %v; want it as gofmt does", name, err)
		}
		file, err := parser.ParseFile(files, name+".go", program, 0)
		if err == nil {
			_, err = config.Check("main", files, []*ast.File{file}, nil)
		}
		if err != nil {
			t.Errorf("%s: %v in\n%s", name, err, program)
		}
	}
}

// compiled finds what Go keeps of the packages of the standard library that a server may use.
func compiled(t *testing.T) func(path string) (io.ReadCloser, error) {
	t.Helper()
	out, err := exec.Command("go", "list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}",
		"cmp", "fmt", "log", "math/rand/v2", "net", "net/http", "os", "strconv", "strings", "sync", "time").Output()
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]string{}
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		at[path] = file
	}
	return func(path string) (io.ReadCloser, error) { return os.Open(at[path]) }
}

func TestEveryProgramInJavaScriptIsOne(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("there is no node, which reads JavaScript")
	}
	programs := servers(t, ServerNode)
	for _, kind := range []string{EventSource, Fetch} {
		for name, s := range setups {
			program, err := Client(kind, s, language.English)
			if err != nil {
				t.Fatal(err)
			}
			programs[kind+" "+name] = program
		}
	}
	input, err := json.Marshal(programs)
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(node, "-e", `const all = JSON.parse(require("fs").readFileSync(0));
		for (const name in all) try { new (require("vm").Script)(all[name]); } catch (e) { console.log(name, e.message, all[name]); }`)
	command.Stdin = strings.NewReader(string(input))
	if out, err := command.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("got %v, %s; want each to be read", err, out)
	}
}

var setups = map[string]Setup{
	"plain":    {URL: "http://localhost:3000/sse"},
	"hostile":  {URL: "https://host/" + hostile, Listen: []string{hostile, "tick"}, Credentials: true},
	"all of a": {URL: "https://host/?token=SECRET", Method: "post", Headers: []Header{{"X-A", `"'\ $(x) ${x} */`}, {"x-a", "`"}, {"__proto__", ""}, {"Authorization", "Bearer SECRET"}}, Repeat: true},
	"once":     {URL: "https://host/", Method: "PUT", Headers: []Header{{"accept", "text/plain"}, {"Content-Type", "a/b"}}},
}

func TestEveryClientInGoIsFormatted(t *testing.T) {
	for name, s := range setups {
		program, err := Client(Go, s, language.English)
		if err != nil {
			t.Fatal(err)
		}
		if formatted, err := format.Source([]byte(program)); err != nil || string(formatted) != program {
			t.Errorf("%s: got %v and\n%s; want it as gofmt formats it", name, err, program)
		}
	}
}

func TestACommandIsWhatAShellReads(t *testing.T) {
	for name, s := range setups {
		program, err := Client(Curl, s, language.English)
		if err != nil {
			t.Fatal(err)
		}
		folder := t.TempDir()
		command := exec.Command("sh", "-c", "curl() { printf '%s\\n' \"$@\"; }\n"+program)
		command.Dir = folder
		out, err := command.Output()
		if err != nil {
			t.Fatalf("%s: %v in\n%s", name, err, program)
		}
		if got := strings.Split(strings.TrimSpace(string(out)), "\n"); got[len(got)-1] != escaped(s.URL) {
			t.Errorf("%s: got %q; want %q as the address", name, got[len(got)-1], escaped(s.URL))
		}
		for _, h := range s.Headers {
			if want := h.Name + ": " + h.Value + "\n"; h.Value != "" && h.Name != "X-A" && !strings.Contains(string(out), "--header\n"+want) {
				t.Errorf("%s: got %s; want the header %q", name, out, want)
			}
		}
		if made, _ := os.ReadDir(folder); len(made) > 0 {
			t.Errorf("%s: got %v; want nothing of the address carried out", name, made)
		}
	}
}

func TestWhatCannotBeSentIsRefused(t *testing.T) {
	for _, test := range []struct {
		name  string
		setup Setup
		want  string
	}{
		{"another scheme", Setup{URL: "javascript:alert(1)"}, "http://"},
		{"no address", Setup{}, "http://"},
		{"a method of two words", Setup{URL: "http://a", Method: "GET /"}, "method"},
		{"a header's name with a colon", Setup{URL: "http://a", Headers: []Header{{"A:", ""}}}, "name"},
		{"a header's name that reads a file", Setup{URL: "http://a", Headers: []Header{{"@/etc/passwd", ""}}}, "name"},
		{"a header's value of two lines", Setup{URL: "http://a", Headers: []Header{{"A", "b\r\nC: d"}}}, "value"},
		{"a header's value with NUL", Setup{URL: "http://a", Headers: []Header{{"A", "b\x00"}}}, "value"},
	} {
		for _, kind := range []string{EventSource, Fetch, Go, Curl} {
			if got, err := Client(kind, test.setup, language.English); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%s: got %q, %v; want an error that says %q", test.name, got, err, test.want)
			}
		}
	}
	if _, err := Client(ServerGo, setups["plain"], language.English); err == nil {
		t.Errorf("got a client of the name %s; want an error", ServerGo)
	}
	if _, err := Server(Go, nil, false, language.English); err == nil {
		t.Errorf("got a server of the name %s; want an error", Go)
	}
}

func TestEveryCommentIsSaidInEveryLanguage(t *testing.T) {
	said := map[string]bool{"A scenario": true}
	names, err := filepath.Glob("*.tmpl")
	if err != nil || len(names) != 6 {
		t.Fatalf("got %v, %v; want six templates", names, err)
	}
	for _, name := range append(names, "server.go") {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range regexp.MustCompile(`(?:\.Say |comment\()("[^"]*")`).FindAllStringSubmatch(string(text), -1) {
			unquoted, err := strconv.Unquote(found[1])
			if err != nil {
				t.Fatal(err)
			}
			said[unquoted] = true
		}
	}
	for _, l := range language.All[1:] {
		words := voiceOf(l).words
		for _, text := range slices.Sorted(maps.Keys(said)) {
			if words[text] == "" || strings.ContainsAny(words[text], "\n\r") {
				t.Errorf("%s.json: got %q for %q; want a line", l.Code, words[text], text)
			}
		}
		for text := range words {
			if !said[text] {
				t.Errorf("%s.json: nothing says %q", l.Code, text)
			}
		}
	}
}

func TestAProgramSaysWhatACertificateOfTheServersOwnMeans(t *testing.T) {
	for address, want := range map[string]bool{
		"https://localhost:3443/sse": true, "https://127.0.0.1/sse": true, "https://[::1]:3443?x": true, "HTTPS://LOCALHOST": true,
		"http://localhost:3000/sse": false, "https://localhost.example.org/sse": false, "https://example.org/?https://localhost": false,
	} {
		for _, kind := range []string{Fetch, Go, Curl} {
			program, err := Client(kind, Setup{URL: address}, language.English)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Contains(program, "made its certificate itself"); got != want {
				t.Errorf("%s: got a word of the certificate %v for %s; want %v", kind, got, address, want)
			}
		}
	}
}
