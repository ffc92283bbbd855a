package eventsource

import "testing"

func TestABinaryMessageIsDescribed(t *testing.T) {
	for _, test := range []struct {
		name  string
		first []byte
		size  int
		want  string
	}{
		{"an empty one", nil, 0, "binary, 0 bytes:"},
		{"a short one", []byte{0, 0x7f, 0xff}, 3, "binary, 3 bytes: 00 7f ff"},
		{"one that is longer than what is shown", []byte{1, 2}, 70_000, "binary, 70000 bytes: 01 02 …"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := binary(test.first, test.size); got != test.want {
				t.Errorf("got %q; want %q", got, test.want)
			}
		})
	}
}

func TestWhatACloseEventSays(t *testing.T) {
	for _, test := range []struct {
		name  string
		event CloseEvent
		want  string
	}{
		{"a clean one with a reason", CloseEvent{Code: 1001, Reason: "the server stops", WasClean: true}, `code 1001 "the server stops", wasClean`},
		{"a clean one without", CloseEvent{Code: 1005, WasClean: true}, "code 1005, wasClean"},
		{"a lost connection", CloseEvent{Code: 1006}, "code 1006, not clean"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := test.event.Error(); got != test.want {
				t.Errorf("got %q; want %q", got, test.want)
			}
		})
	}
}
