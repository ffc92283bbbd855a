package eventsource

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"syscall/js"
	"testing"
	"time"
	"unicode"
)

// notInThePage are cases that fetch cannot have, with the reason.
var notInThePage = map[string]string{
	"http-cors-fail-wrong-origin": "fetch does not say that it was CORS, so the Stream tries again",
	"http-cors-fail-empty":        "fetch does not say that it was CORS, so the Stream tries again",
	"http-cors-fail-missing":      "fetch does not say that it was CORS, so the Stream tries again",
	"http-cors-preflight-unsafe":  "fetch asks before each Last-Event-ID to another origin",
	"http-url-bogus":              "Chromium takes it for the name of a host",
	"http-url-stringify":          "an address is a string",
	"http-url-empty":              "its log is the page's own address read as a stream, which is another server's here",
	"http-seven-connections":      "it is a script of eight sources",
	"http-unresolvable-host":      "it needs a resolver: see TestARefusedConnectionDoesNotSayWhy",
	"http-refused-first":          "it needs a port that refuses: see TestARefusedConnectionDoesNotSayWhy",
	"http-close-before-open":      "close() before the first attempt: the native test has it",

	"http-abrupt-short-content-length": "Chromium may discard what came with the headers, where the abrupt end came with it as well",
	"http-abrupt-truncated-chunked":    "Chromium may discard what came with the headers, where the abrupt end came with it as well",
}

// notInFirefox are those that need fetch to settle before the first byte of the body.
var notInFirefox = map[string]bool{"http-ld-initial-last-event-id": true}

// TestConformance plays the shared cases over fetch. Their server is the page's, at /case/ID, so that there is an own origin.
func TestConformance(t *testing.T) {
	control := os.Getenv("CASES_BASE")
	if control == "" {
		t.Skip("the shared cases are not there")
	}
	var cases []conformanceCase
	if err := json.Unmarshal([]byte(get(t, control+"/cases")), &cases); err != nil || len(cases) < 200 {
		t.Fatalf("got %d cases and %v; want 200 or more", len(cases), err)
	}
	page := js.Global().Get("location").Get("origin").String()
	for _, c := range cases {
		if notInThePage[c.ID] != "" || notInFirefox[c.ID] && os.Getenv("BROWSER") == "firefox" {
			continue
		}
		t.Run(c.ID, func(t *testing.T) {
			t.Parallel()
			place := strings.NewReplacer("{PAGE_ORIGIN}", page+"/case/"+c.ID, "{OTHER_ORIGIN}", os.Getenv("OTHER_BASE")+"/case/"+c.ID)
			address := place.Replace(c.Client.URL)
			if c.Kind == "stream" {
				address = "/case/" + c.ID + "/"
			} else if strings.HasPrefix(address, "/") {
				address = "/case/" + c.ID + address
			}
			o := StreamOptions{Header: c.Client.Headers, LastEventID: c.Client.LastEventID, WithCredentials: c.Client.WithCredentials}
			if c.Kind == "stream" {
				o = StreamOptions{LastEventID: c.Initial, ReconnectionTime: -1, Backoff: Backoff{Ceiling: time.Millisecond}}
			}
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			s, err := NewStream(ctx, address, o)
			if err != nil {
				if thrown := new(Exception); c.Expect.Throws == nil && !(errors.As(err, &thrown) && len(c.Requests) == 0) {
					t.Fatal(err)
				}
				return
			}
			var verdict struct {
				Requests int
				IDs      []string
				Wrong    []string
			}
			served := func() int {
				if err := json.Unmarshal([]byte(get(t, control+"/verdict/"+c.ID)), &verdict); err != nil {
					t.Error(err)
				}
				return verdict.Requests
			}
			if c.Kind == "http" {
				checkRequests(t, c, s, served)
			} else {
				checkStream(t, c, s, func() string {
					if strings.ContainsFunc(c.Expect.FinalLastEventID, unicode.IsControl) {
						return "" // net/http's server does not show what it was sent, and responds with 400
					}
					if served() < 2 {
						return "no second request"
					}
					return verdict.IDs[1]
				})
			}
			for _, wrong := range slices.Compact(verdict.Wrong) {
				t.Error(wrong)
			}
		})
	}
}
