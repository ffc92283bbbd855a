package playground

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"eventsource-playground/e2e/process"
)

func TestMain(m *testing.M) { os.Exit(process.Main(m)) }

func TestTheRealServerAnswersAndStops(t *testing.T) {
	s := Start(t)
	resp, err := http.Get(s.URL + "/sse?count=1")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || !strings.Contains(string(body), "event: customEvent") {
		t.Errorf("got %q, %v; want an event", body, err)
	}
	if err := s.Stop(); err != nil {
		t.Error(err)
	}
	if _, err := http.Get(s.URL); err == nil {
		t.Error("the server answers after Stop")
	}
	if got := s.Stderr(); !strings.Contains(got, "stopped") {
		t.Errorf("got stderr %q; want the word stopped in it", got)
	}
}

func TestAServerThatCannotStartSaysWhy(t *testing.T) {
	if _, err := start([]string{"-addr", "127.0.0.1:999999"}); err == nil || !strings.Contains(err.Error(), "999999") {
		t.Errorf("got %v; want an error that names the port", err)
	}
}

func TestAServerThatFailsIsNoticed(t *testing.T) {
	program := filepath.Join(t.TempDir(), "server")
	script := "#!/bin/sh\ntrap '' TERM\necho listening on http://127.0.0.1:1/\nexit 3\n"
	if err := os.WriteFile(program, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	s, err := startProgram(program, nil)
	if err != nil {
		t.Fatal(err)
	}
	if s.URL != "http://127.0.0.1:1" {
		t.Errorf("got URL %q", s.URL)
	}
	if err := s.Stop(); err == nil || !strings.Contains(err.Error(), "exit status 3") {
		t.Errorf("got %v; want exit status 3", err)
	}
}
