package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

func TestPrettyJSON(t *testing.T) {
	for _, test := range []struct {
		name, in, want string
		ok             bool
	}{
		{"an object", `{"a":1,"b":[true,null]}`, "{\n  \"a\": 1,\n  \"b\": [\n    true,\n    null\n  ]\n}", true},
		{"an array", `[1,2]`, "[\n  1,\n  2\n]", true},
		{"empty ones", `{}`, "{}", true},
		{"white space around", " \n\t[1]\r\n", "[\n  1\n]", true},
		{"numbers and escapes stay as they were written", `{"n":1.0e3,"s":"\u00e9\/","s":"😀` + "\u2028" + `"}`, "{\n  \"n\": 1.0e3,\n  \"s\": \"\\u00e9\\/\",\n  \"s\": \"😀\u2028\"\n}", true},
		{"markup stays", `["</script>&<b>"]`, "[\n  \"</script>&<b>\"\n]", true},
		{"a number", `1`, "", false},
		{"a string", `"{}"`, "", false},
		{"a text", "hello", "", false},
		{"nothing", "", "", false},
		{"white space that is not JSON's", "\u00a0[1]", "", false},
		{"not closed", `{"a":1`, "", false},
		{"more behind it", `{} {}`, "", false},
		{"single quotes", `{'a':1}`, "", false},
		{"64 deep", strings.Repeat("[", 64) + strings.Repeat("]", 64), "", true},
		{"deeper: indented it would be very long", strings.Repeat("[", 65) + strings.Repeat("]", 65), "", false},
		{"wide is not deep", "[" + strings.Repeat("[],", 1000) + "[]]", "", true},
		{"too long", "[" + strings.Repeat(" ", maxJSONSize) + "]", "", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, ok := prettyJSON(test.in)
			if ok != test.ok || test.want != "" && got != test.want {
				t.Errorf("got %q, %v; want %q, %v", got, ok, test.want, test.ok)
			}
			var b bytes.Buffer
			if json.Indent(&b, []byte(strings.TrimSpace(test.in)), "", "  "); ok && got != b.String() {
				t.Errorf("got %q; want %q, as json.Indent has it", got, b.String())
			}
		})
	}
}
