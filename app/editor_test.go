package main

import (
	"testing"

	"eventsource-playground/protocol"
)

func TestATextIsPlayedAsItsHeadSays(t *testing.T) {
	for _, test := range []struct {
		name    string
		before  Setup
		checked protocol.Checked
		want    Setup
	}{
		{"nothing said", Setup{URL: "/other", Listen: []string{"a"}}, protocol.Checked{}, Setup{URL: "/sse?script=~x", Listen: []string{"a"}}},
		{"listeners", Setup{Listen: []string{"a"}}, protocol.Checked{Listen: []string{"message", "a", "b"}}, Setup{URL: "/sse?script=~x", Listen: []string{"a", "b"}}},
		{"the second origin, with credentials", Setup{}, protocol.Checked{Connect: protocol.Connect{SecondOrigin: true, Credentials: true, Times: 1}},
			Setup{URL: "http://second:1/sse?script=~x", Credentials: true}},
		{"what the visitor sends along stays", Setup{Credentials: true}, protocol.Checked{}, Setup{URL: "/sse?script=~x", Credentials: true}},
	} {
		if got := playedSetup(test.before, "~x", test.checked, "http://second:1"); !equalSetups(got, test.want) {
			t.Errorf("%s: got %+v; want %+v", test.name, got, test.want)
		}
	}
}

func TestACheckIsOfTheTextThatItWasAskedAbout(t *testing.T) {
	e := editor{text: "new", asked: "old"}
	e.receive(&protocol.Checked{})
	if e.isChecked() {
		t.Error("got the new text checked by what was said of the old one")
	}
	e.asked = "new"
	e.receive(&protocol.Checked{})
	if !e.isChecked() {
		t.Error("got the text not checked; want it checked")
	}
}
