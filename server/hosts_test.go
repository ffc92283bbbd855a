package main

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"eventsource-playground/server/limits"
)

func TestWhichHostsAreThisServer(t *testing.T) {
	machine, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(machine, ".")
	public, err := parsePublic("https://SSE.example.org/path")
	if err != nil {
		t.Fatal(err)
	}
	names := newHosts(public)
	for _, test := range []struct {
		host string
		want bool
	}{
		{"localhost", true}, {"localhost:3000", true}, {"LOCALHOST.:3000", true},
		{"127.0.0.1", true}, {"192.0.2.7:80", true}, {"[::1]:3000", true}, {"[fe80::1]", true},
		{machine, true}, {strings.ToUpper(machine) + ":3000", true}, {first + ".local:3000", true},
		{"sse.example.org", true}, {"sse.example.org:443", true},
		{"", true}, // HTTP/1.0
		{"example.org", false}, {"evil.sse.example.org", false}, {"localhost.example.org", false},
		{"127.0.0.1.example.org", false}, {"x", false}, {":3000", false},
	} {
		if got := names.has(test.host); got != test.want {
			t.Errorf("got %v for %q; want %v", got, test.host, test.want)
		}
	}
}

func TestAnotherHostIsRefused(t *testing.T) {
	p := start(t, "-public-url", "http://sse.example.org")
	for _, test := range []struct {
		host, path string
		status     string
	}{
		{"rebound.example", "/", "421"},
		{"rebound.example", "/sse?count=0", "421"},
		{"rebound.example:3000", "/session?id=" + testSession, "421"},
		{"sse.example.org", "/sse?count=0", "204"},
	} {
		conn := p.dial(t)
		fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", test.path, test.host)
		reply, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(reply.StatusCode); got != test.status {
			t.Errorf("got status %s for %s at %s; want %s", got, test.path, test.host, test.status)
		}
		if test.status == "421" {
			if got := text(t, reply); !strings.Contains(got, "-public-url") || strings.Count(got, "\n") != 1 {
				t.Errorf("got %q; want a sentence that says what to change", got)
			}
		}
	}
	for _, url := range []string{"example.org", "ftp://example.org", "http://", ":"} {
		if _, err := parsePublic(url); err == nil {
			t.Errorf("got no error for -public-url %s; want one", url)
		}
	}
}

func TestConnectionsOfOneAddressAreLimited(t *testing.T) {
	l := limits.Default
	l.ConnectionsPerAddress = 2
	p := startMain(t, Main{Files: page, Limits: l}, "-addr", "127.0.0.1:0")
	status := func() int {
		conn := p.dial(t)
		fmt.Fprint(conn, "GET /sse?count=0 HTTP/1.1\r\nHost: localhost\r\n\r\n")
		reply, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		if reply.StatusCode == http.StatusServiceUnavailable {
			if got, want := text(t, reply), "Close some, or try again in 5 seconds: your address has 2 connections open and gets no more.\n"; got != want {
				t.Errorf("got %q; want %q", got, want)
			}
		}
		return reply.StatusCode
	}
	for range 3 {
		p.get(t, "/sse?interval=1s") // a stream is none of them
	}
	p.client.CloseIdleConnections()
	for i, want := range []int{204, 204, 503, 503} {
		if got := status(); got != want {
			t.Errorf("got status %d on connection %d; want %d", got, i+1, want)
		}
	}
}
