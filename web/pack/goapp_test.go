package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

type anything struct{ app.Compo }

func (a *anything) Render() app.UI { return app.Main() }

func TestIndexHTMLHasAllThatGoAppsOwnPageHas(t *testing.T) {
	index, err := os.ReadFile("../index.html")
	if err != nil {
		t.Fatal(err)
	}
	_, start, _ := strings.Cut(string(index), "<script")
	start, _, _ = strings.Cut(start, "</script>")
	app.Route("/", func() app.Composer { return &anything{} })
	reply := httptest.NewRecorder()
	goapp{version: "1"}.handler().ServeHTTP(reply, httptest.NewRequest(http.MethodGet, "/", nil))

	wanted := regexp.MustCompile(`(id|href)="[^"]*"|src="[^"]*js"`).FindAllString(reply.Body.String(), -1)
	if len(wanted) < 8 {
		t.Fatalf("go-app's page has only %q; want its loader, scripts and styles", wanted)
	}
	for _, attribute := range wanted {
		_, address, _ := strings.Cut(attribute, "=")
		if address == `"/app.css"` {
			continue // the style of its loader; ours is in index.html
		}
		if !strings.Contains(string(index), attribute) && !strings.Contains(start, address) {
			t.Errorf("index.html and its script have no %s; go-app's own page has", attribute)
		}
	}
	first := regexp.MustCompile(`<body>\s*(?:<!--[^>]*-->\s*)?<(\w+)`).FindSubmatch(index)
	if got := string(first[1]); got != "main" {
		t.Errorf("got <%s> first in the body; want <main>, which app.wasm replaces", got)
	}
}

func TestTheWorkerLeavesRequestsAlone(t *testing.T) {
	worker, err := os.ReadFile("../worker.js")
	if err != nil {
		t.Fatal(err)
	}
	files, err := goapp{version: "abc123", worker: string(worker), wasmSize: 7}.files()
	if err != nil {
		t.Fatal(err)
	}
	made := string(files["app-worker.js"])
	if strings.Contains(made, `"fetch"`) || strings.Contains(made, "respondWith") {
		t.Errorf("got a fetch listener in\n%s\nwant none", made)
	}
	if !strings.Contains(made, "abc123") {
		t.Errorf("got no version in\n%s\nwant abc123, or the browser keeps the old worker", made)
	}
}
