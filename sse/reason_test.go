package sse

import "testing"

func TestNear(t *testing.T) {
	for _, test := range []struct {
		name string
		why  Reason
		want string
	}{
		{"another case", Reason{Cause: MisspeltField, Name: "Data"}, "data"},
		{"space around it", Reason{Cause: MisspeltField, Name: "\tevent "}, "event"},
		{"a byte order mark before it", Reason{Cause: MisspeltField, Name: "\uFEFFid"}, "id"},
		{"no name at all", Reason{Cause: UnknownField}, ""},
	} {
		if got := test.why.Near(); got != test.want {
			t.Errorf("%s: got %q; want %q", test.name, got, test.want)
		}
	}
}
