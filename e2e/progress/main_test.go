package main

import (
	"strings"
	"testing"
)

func TestProgress(t *testing.T) {
	for _, test := range []struct{ name, events, want string }{
		{"a package that passes has its last line", `
			{"Action":"output","Package":"p","Output":"PASS\n"}
			{"Action":"output","Package":"p","Output":"ok  \tp\t0.1s\n"}
			{"Action":"pass","Package":"p","Elapsed":0.1}`, "ok  \tp\t0.1s\n"},
		{"a package without tests too", `
			{"Action":"output","Package":"p","Output":"?   \tp\t[no test files]\n"}
			{"Action":"skip","Package":"p","Elapsed":0}`, "?   \tp\t[no test files]\n"},
		{"a test has a line from a second on", `
			{"Action":"output","Package":"p","Test":"TestQuick","Output":"--- PASS: TestQuick (0.99s)\n"}
			{"Action":"pass","Package":"p","Test":"TestQuick","Elapsed":0.99}
			{"Action":"pass","Package":"p","Test":"TestLong","Elapsed":12.34}`, "    12.3 s  TestLong\n"},
		{"a test of sub-tests has theirs", `
			{"Action":"run","Package":"p","Test":"Test"}
			{"Action":"run","Package":"p","Test":"Test/firefox"}
			{"Action":"pass","Package":"p","Test":"Test/firefox","Elapsed":3}
			{"Action":"pass","Package":"p","Test":"Test","Elapsed":3}`, "     3.0 s  Test/firefox\n"},
		{"of a test that fails all is said", `
			{"Action":"output","Package":"p","Test":"Test","Output":"=== RUN   Test\n"}
			{"Action":"output","Package":"p","Test":"Test","Output":"    x_test.go:1: got 1; want 2\n"}
			{"Action":"output","Package":"p","Test":"Test","Output":"--- FAIL: Test (0.00s)\n"}
			{"Action":"fail","Package":"p","Test":"Test","Elapsed":0}
			{"Action":"output","Package":"p","Output":"FAIL\tp\t0.1s\n"}
			{"Action":"fail","Package":"p","Elapsed":0.1}`, "    x_test.go:1: got 1; want 2\n--- FAIL: Test (0.00s)\nFAIL\tp\t0.1s\n"},
		{"of a test that was not over when its package failed, too", `
			{"Action":"run","Package":"p","Test":"Test"}
			{"Action":"output","Package":"p","Test":"Test","Output":"panic: test timed out after 1s\n"}
			{"Action":"output","Package":"q","Test":"Test","Output":"    goes on\n"}
			{"Action":"output","Package":"p","Output":"FAIL\tp\t1.0s\n"}
			{"Action":"fail","Package":"p","Elapsed":1}`, "panic: test timed out after 1s\nFAIL\tp\t1.0s\n"},
		{"and what the compiler says", `
			{"Action":"build-output","ImportPath":"p","Output":"x.go:1:1: nonsense\n"}`, "x.go:1:1: nonsense\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got strings.Builder
			if err := printEvents(&got, strings.NewReader(test.events)); err != nil {
				t.Fatal(err)
			}
			if got.String() != test.want {
				t.Errorf("got %q; want %q", got.String(), test.want)
			}
		})
	}
}
