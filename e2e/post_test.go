package e2e

import (
	"encoding/json"
	"net/url"
	"testing"

	"eventsource-playground/e2e/browser"
)

// What a page may send to the second origin, and read of it, is what the scenario's @cors says, preflight and all.
func TestAPostToTheSecondOriginIsAsTheScenarioSays(t *testing.T) {
	const failed = "TypeError"
	for _, test := range []struct{ name, script, credentials, want string }{
		{"the origin is named", "== 405\n== 200 when method is POST and header X-Name is Ada and authorized is w\n@cors exact\ndata: {body}\n\n@end", "omit", "200 data: a\ndata: b\n\n"},
		{"all are allowed", "== 200\n@cors *\ndata: {body}\n\n@end", "omit", "200 data: a\ndata: b\n\n"},
		{"nobody is", "== 200\n@cors none\ndata: {body}\n\n@end", "omit", failed},
		{"with credentials", "== 200\n@cors exact with credentials\ndata: {body}\n\n@end", "include", "200 data: a\ndata: b\n\n"},
		{"with credentials that are not allowed", "== 200\n@cors exact\ndata: {body}\n\n@end", "include", failed},
		{"a refusal can be read", "== 401\n@cors *\nno\n@end", "omit", "401 no\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			eachBrowser(t, func(t *testing.T, b *browser.Browser) {
				t.Parallel()
				server := sharedURL(t)
				p := b.NewPage(t)
				p.Open(server + "/scenarios/end.txt")
				call, err := json.Marshal([]any{secondOrigin(t, server) + "/sse?script=" + url.QueryEscape(test.script), map[string]any{
					"method": "POST", "body": "a\nb", "credentials": test.credentials,
					"headers": map[string]string{"Content-Type": "application/json", "X-Name": "Ada", "Authorization": "Bearer w"},
				}})
				if err != nil {
					t.Fatal(err)
				}
				var got string
				p.Eval(`fetch(...`+string(call)+`).then(async r => r.status + " " + await r.text(), e => e.name)`, &got)
				if got != test.want {
					t.Errorf("got %q; want %q", got, test.want)
				}
			})
		})
	}
}
