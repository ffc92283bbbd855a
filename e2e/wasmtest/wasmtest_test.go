package wasmtest

import (
	"os"
	"strings"
	"testing"

	"eventsource-playground/e2e/browser"
	"eventsource-playground/e2e/process"
	"eventsource-playground/web/wasm"
)

func TestMain(m *testing.M) { os.Exit(process.Main(m)) }

func TestRun(t *testing.T) {
	pass, fail := Build(t, "testdata/pass"), Build(t, "testdata/fail")
	env := map[string]string{"GREETING": "grüß dich"}
	for _, name := range browser.Names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := browser.Shared(t, name)
			for _, tt := range []struct {
				name, file string
				env        map[string]string
				flags      []string
				err, out   string
			}{
				{"passing", pass, env, nil, "", "--- PASS: TestThereIsABrowser"},
				{"without its environment", pass, nil, nil, "exit code 1", `got ""`},
				{"one of several", fail, nil, []string{"-test.run=Fine"}, "", "--- PASS: TestFine"},
				{"failing", fail, nil, []string{"-test.run=Fails"}, "exit code 1", "as it should"},
				{"panicking", fail, nil, []string{"-test.run=Panics"}, "exit code 2", "so there"},
				{"none", fail, nil, []string{"-test.run=Nothing"}, "no test ran", "no tests to run"},
				{"no program", "wasmtest.go", nil, nil, "exit code -1", "Error"},
			} {
				t.Run(tt.name, func(t *testing.T) {
					out, err := run(t, b, tt.file, tt.env, nil, tt.flags)
					if (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) || !strings.Contains(out, tt.out) {
						t.Errorf("got %v and %q; want %q and %q in it", err, out, tt.err, tt.out)
					}
				})
			}
		})
	}
}

// What app.wasm is packed without is nothing that a program runs on.
func TestAProgramWithoutLinesRuns(t *testing.T) {
	file := Build(t, "testdata/recover")
	program, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if program, err = wasm.WithoutLines(program); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, program, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, name := range browser.Names {
		Run(t, browser.Shared(t, name), file, nil, nil)
	}
}

// refused is a test that notes how it failed instead of failing.
type refused struct {
	testing.TB
	message string
}

func (r *refused) Fatalf(format string, args ...any) {
	r.message = format
	panic(r)
}

func TestBuildOfAPackageWithoutTestsFails(t *testing.T) {
	defer func() {
		if r, ok := recover().(*refused); !ok || !strings.Contains(r.message, "building") {
			t.Errorf("got %v; want a failure", r)
		}
	}()
	Build(&refused{TB: t}, "testdata/none")
}
