package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What app.wasm is built from holds nothing of a server, and nothing else that the page does not use. With go-app as it is it would, so this test can fail.
func TestThePageDoesNotLinkAServer(t *testing.T) {
	t.Chdir("../..")
	folder := t.TempDir()
	if err := slim(folder); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, workspace string
		want            bool
	}{
		{"as it is built", filepath.Join(folder, "page.work"), false},
		{"with the whole of go-app", "off", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			list := exec.Command("go", "list", "-deps", "./app")
			list.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "GOWORK="+test.workspace)
			list.Stderr = os.Stderr
			out, err := list.Output()
			if err != nil {
				t.Fatal(err)
			}
			linked := strings.Fields(string(out))
			if !slices.Contains(linked, goapp+"/pkg/app") {
				t.Fatalf("got %d packages without go-app; want those of the page", len(linked))
			}
			for _, name := range []string{"net/http", "crypto/tls", "crypto/aes", "regexp", "github.com/google/uuid"} {
				if got := slices.Contains(linked, name); got != test.want {
					t.Errorf("got %s linked: %v; want %v", name, got, test.want)
				}
			}
		})
	}
}
