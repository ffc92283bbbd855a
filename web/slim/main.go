// Slim makes what app.wasm is built with: bin/goapp, a copy of go-app without its HTTP handler, and bin/page.work, a
// workspace of this module with that copy in go-app's place. A workspace and not a go.mod of its own, because staticcheck
// knows GOWORK but not -modfile.
//
// The handler is for servers. In a page it is never called, but it brings net/http and with it TLS, HTTP/2 and X.509 along:
// a fifth of all that a visitor loads. Our own server does not need it either, since web/pack makes the page's files. Routes
// by regular expression, encrypted storage and UUIDs are not used here either, and a twentieth of what is left; nor are states,
// actions, and a type for each HTML element, which are a fiftieth.
//
// Run it in the module's root, before app.wasm is built: make wasm.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

const goapp = "github.com/maxence-charriere/go-app/v10"

// left are the files of package app that the page does not need.
var left = []string{"http.go", "resource.go", "crypto.go", "route.go", "state.go", "action.go", "notfound.go"}

// instead is all that the rest of the package wants of them. In a page every address is the browser's to resolve.
const instead = `package app

type Handler struct{}

func clientResourceResolver(string) func(string) string {
	return func(location string) string { return location }
}

const notHere = "this page is built without it: see web/slim"

func encrypt(string, []byte) ([]byte, error) { panic(notHere) }
func decrypt(string, []byte) ([]byte, error) { panic(notHere) }

type (
	State        struct{}
	Observer     struct{}
	stateManager struct{}
)

func (*stateManager) Observe(Context, string, any) Observer { panic(notHere) }
func (*stateManager) Get(Context, string, any)              { panic(notHere) }
func (*stateManager) Set(Context, string, any) State        { panic(notHere) }
func (*stateManager) Delete(Context, string)                { panic(notHere) }
func (*stateManager) Cleanup()                              {}
func (*stateManager) CleanupExpiredPersistedStates(Context) {}

type Action struct {
	Name  string
	Value any
	Tags  Tags
}

type (
	ActionHandler func(Context, Action)
	actionManager struct{}
)

var actionHandlers map[string]ActionHandler

func (*actionManager) Handle(string, UI, bool, ActionHandler) { panic(notHere) }
func (*actionManager) Post(Context, Action)                   { panic(notHere) }
func (*actionManager) Cleanup()                               {}

func (c *Compo) Render() UI { panic(notHere) }

type notFound struct{ Compo }

func (n *notFound) Render() UI { return Elem("p").Text("Not Found") }

type router struct{ routes map[string]func() Composer }

func makeRouter() router { return router{map[string]func() Composer{}} }

func (r *router) route(path string, component func() Composer) { r.routes[path] = component }

func (r *router) routeWithRegexp(string, func() Composer) { panic(notHere) }

func (r *router) routed(path string) bool { return r.routes[path] != nil }

func (r *router) createComponent(path string) (Composer, bool) {
	if component := r.routes[path]; component != nil {
		return component(), true
	}
	return nil, false
}
`

// A device's id, of which go-app wants no more than that they differ. It imports this package in uuid's place.
const (
	uuid   = "github.com/google/uuid"
	ownID  = goapp + "/pkg/uuid"
	ownIDs = `package uuid

import (
	"math/rand/v2"
	"strconv"
)

func NewString() string { return strconv.FormatUint(rand.Uint64(), 36) + strconv.FormatUint(rand.Uint64(), 36) }
`
)

// changes are made to what else of package app is here. A type for an element has a hundred methods.
var changes = []struct{ file, from, to string }{
	{"context.go", strconv.Quote(uuid), strconv.Quote(ownID)},
	{"component.go", "(c *Compo) Render() UI", "(c *Compo) notRendered() UI"},
	{"engine.go", "Body().privateBody(", `Elem("body").Body(`},
	{"engine.go", "body := Body()", `body := Elem("body")`},
	{"engine.go", "Div()", `Elem("div")`},
	{"engine.go", "HTMLBody", "HTMLElem"},
	{"engine.go", "HTMLDiv", "HTMLElem"},
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("slim: ")
	if err := slim("bin"); err != nil {
		log.Fatal(err)
	}
}

func slim(folder string) error {
	from, err := exec.Command("go", "mod", "download", "-json", goapp).Output()
	if err != nil {
		return fmt.Errorf("go mod download %s: %w", goapp, err)
	}
	var source struct{ Dir string }
	if err := json.Unmarshal(from, &source); err != nil || source.Dir == "" {
		return fmt.Errorf("go mod download %s says no Dir: %s", goapp, from)
	}
	to := filepath.Join(folder, "goapp")
	if err := os.RemoveAll(to); err != nil {
		return err
	}
	for _, part := range []string{"go.mod", "go.sum", "pkg/errors", "pkg/app"} {
		if err := copyFiles(filepath.Join(source.Dir, part), filepath.Join(to, part)); err != nil {
			return err
		}
	}
	for _, name := range left {
		if err := os.Remove(filepath.Join(to, "pkg/app", name)); err != nil {
			return fmt.Errorf("this go-app is another than slim knows: %w", err)
		}
	}
	if err := os.WriteFile(filepath.Join(to, "pkg/app/slim.go"), []byte(instead), 0o644); err != nil {
		return err
	}
	if err := os.Mkdir(filepath.Join(to, "pkg/uuid"), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(to, "pkg/uuid/uuid.go"), []byte(ownIDs), 0o644); err != nil {
		return err
	}
	for _, c := range changes {
		file := filepath.Join(to, "pkg/app", c.file)
		code, err := os.ReadFile(file)
		if err == nil && !bytes.Contains(code, []byte(c.from)) {
			err = fmt.Errorf("%s has no %s", c.file, c.from)
		}
		if err != nil {
			return fmt.Errorf("this go-app is another than slim knows: %w", err)
		}
		if err := os.WriteFile(file, bytes.ReplaceAll(code, []byte(c.from), []byte(c.to)), 0o644); err != nil {
			return err
		}
	}
	return writeWorkspace(filepath.Join(folder, "page.work"))
}

// writeWorkspace makes the workspace. Its paths are relative to its own folder.
func writeWorkspace(name string) error {
	out, err := exec.Command("go", "mod", "edit", "-json", "go.mod").Output()
	if err != nil {
		return fmt.Errorf("go mod edit: %w", err)
	}
	var module struct{ Go string }
	if err := json.Unmarshal(out, &module); err != nil {
		return fmt.Errorf("go mod edit -json: %w", err)
	}
	root, err := filepath.Abs(".")
	if err != nil {
		return err
	}
	folder, err := filepath.Abs(filepath.Dir(name))
	if err != nil {
		return err
	}
	here, err := filepath.Rel(folder, root)
	if err != nil {
		return err
	}
	work := fmt.Appendf(nil, "go %s\n\nuse %s\n\nreplace %s => ./goapp\n", module.Go, filepath.ToSlash(here), goapp)
	return os.WriteFile(name, work, 0o644)
}

// copyFiles copies a file, or the files of a folder but for its tests and its folders.
func copyFiles(from, to string) error {
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		content, err := os.ReadFile(from)
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		return os.WriteFile(to, content, 0o644)
	}
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.IsDir() || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		if err := copyFiles(filepath.Join(from, e.Name()), filepath.Join(to, e.Name())); err != nil {
			return err
		}
	}
	return nil
}
