// Package wasmtest runs the js/wasm tests of a package where they belong: in a browser.
package wasmtest

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"eventsource-playground/e2e/browser"
)

//go:embed page.html
var page []byte

// bound is how long the tests may take. They get a little less, so that they can say where they hang.
const bound = 5 * time.Minute

// Build builds the tests of the package in the folder dir for js/wasm, and returns the file.
func Build(t testing.TB, dir string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "test.wasm")
	cmd := exec.Command("go", "test", "-c", "-o", file, ".")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	out, err := cmd.CombinedOutput()
	if err == nil {
		_, err = os.Stat(file) // there is none if there are no tests
	}
	if err != nil {
		t.Fatalf("wasmtest: building the tests of %s for js/wasm: %v\n%s", dir, err, out)
	}
	return file
}

// Run runs tests that Build built in the browser, with these variables in their environment and these flags, such as
// -test.run=Name. What their page's origin serves beside them is also's, if there is one. It logs their output, and fails the test if
// they fail, or if none ran.
func Run(t testing.TB, b *browser.Browser, file string, env map[string]string, also http.Handler, flags ...string) {
	t.Helper()
	output, err := run(t, b, file, env, also, flags)
	t.Logf("in %s:\n%s", b.Name, output)
	if err != nil {
		t.Errorf("wasmtest: in %s %v", b.Name, err)
	}
}

func run(t testing.TB, b *browser.Browser, file string, env map[string]string, also http.Handler, flags []string) (string, error) {
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatalf("wasmtest: go env GOROOT: %v", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, r *http.Request) { w.Write(page) })
	mux.HandleFunc("/test.wasm", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, file) })
	mux.HandleFunc("/wasm_exec.js", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFile(w, r, filepath.Join(strings.TrimSpace(string(goroot)), "lib/wasm/wasm_exec.js"))
	})
	if also != nil {
		mux.Handle("/", also)
	}
	srv := httptest.NewServer(mux)
	t.Cleanup(func() {
		srv.CloseClientConnections() // a test may have left some open
		srv.Close()
	})

	p := b.NewPage(t)
	p.Open(srv.URL)
	args := append([]string{"test", "-test.v", fmt.Sprint("-test.timeout=", bound-10*time.Second)}, flags...)
	p.Eval(fmt.Sprintf("start(%s, %s)", toJSON(args), toJSON(env)), nil)
	p.WaitFor(bound, "exitCode !== undefined")
	var exitCode int
	var output string
	p.Eval("exitCode", &exitCode)
	p.Eval("output", &output)
	switch {
	case exitCode != 0:
		return output, fmt.Errorf("the tests ended with exit code %d", exitCode)
	case !regexp.MustCompile(`(?m)^=== RUN`).MatchString(output):
		return output, fmt.Errorf("no test ran")
	case !regexp.MustCompile(`(?m)^PASS$`).MatchString(output):
		return output, fmt.Errorf("the tests didn't say PASS")
	}
	return output, nil
}

func toJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings only
	}
	return string(text)
}
