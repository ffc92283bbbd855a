package main

import "testing"

// readHere is what an address is on http://localhost:3000.
func readHere(typed string) address {
	return readAddress(typed, resolveLike, "http://localhost:3000", "http://localhost:4000")
}

func TestWhatAnAddressOfThePageAsksFor(t *testing.T) {
	for _, test := range []struct {
		name, query string
		want        visit
	}{
		{"nothing: the classic stream, not connected", "", visit{setup: firstSetup()}},
		{"a stream, at once", "url=/sse?count%3D4&connect=1", visit{setup: Setup{URL: "/sse?count=4"}, connect: true}},
		{"a stream elsewhere is not connected", "url=https://example.com/sse&connect=1", visit{setup: Setup{URL: "https://example.com/sse"}, foreign: "https://example.com"}},
		{"one on the second origin is ours", "url=http://localhost:4000/sse&connect=1", visit{setup: Setup{URL: "http://localhost:4000/sse"}, connect: true}},
		{"an address with a semicolon", "url=http://127.0.0.1:1/a;b", visit{setup: Setup{URL: "http://127.0.0.1:1/a;b"}}},
		{"an address with a bare percent sign", "url=/sse?event=100%", visit{setup: Setup{URL: "/sse?event=100%"}}},
		{"a script without a leading slash is shown, not played", "url=sse%3Fscript%3Dx&connect=1", visit{setup: Setup{URL: "sse?script=x"}, script: "x", shows: true}},
		{"a script at an escaped path too", "url=/ss%2565?script%3Dx&connect=1", visit{setup: Setup{URL: "/ss%65?script=x"}, script: "x", shows: true}},
		{"a page that is not here", "view=nope", visit{setup: firstSetup(), unknown: "view=nope"}},
		{"more beside it than are opened", "url=/sse&beside=50", visit{setup: Setup{URL: "/sse"}, unknown: "beside=50"}},
		{"as many as may be", "url=/sse&beside=11", visit{setup: Setup{URL: "/sse", Beside: 11}}},
		{"an address that is none connects to nothing", "url=ftp://example.com/&connect=1", visit{setup: Setup{URL: "ftp://example.com/"}}},
		{"a script is shown, not played", "url=/sse?script%3D~abc&connect=1", visit{setup: Setup{URL: "/sse?script=~abc"}, script: "~abc", shows: true}},
		{"an empty script too", "url=/sse?script%3D", visit{setup: Setup{URL: "/sse?script="}, shows: true}},
		{"a lesson", "lesson=end", visit{setup: firstSetup(), lesson: "end", chosen: true}},
		{"a lesson without a name is still the visitor's choice", "lesson=", visit{setup: firstSetup(), chosen: true}},
		{"a page", "view=report", visit{setup: firstSetup(), page: pageReport}},
		{"a row of the comparison", "view=compare&row=cut", visit{setup: firstSetup(), page: pageCompare, row: "cut"}},
		{"a row that there is not", "view=compare&row=nope", visit{setup: firstSetup(), page: pageCompare, unknown: "row=nope"}},
		{"a row is of the comparison only", "row=cut", visit{setup: firstSetup()}},
		{"a room", "room=blue-fox", visit{setup: firstSetup(), room: "blue-fox"}},
		{"what no room can be called", "room=a/../b", visit{setup: firstSetup(), unknown: "room=a/../b"}},
	} {
		got := readVisit(test.query, readHere)
		if got.setup.Query() != test.want.setup.Query() {
			t.Errorf("%s: got the set-up %+v; want %+v", test.name, got.setup, test.want.setup)
		}
		got.setup, test.want.setup = Setup{}, Setup{}
		if got.page != test.want.page || got.lesson != test.want.lesson || got.chosen != test.want.chosen ||
			got.foreign != test.want.foreign || got.unknown != test.want.unknown || got.script != test.want.script || got.shows != test.want.shows || got.connect != test.want.connect ||
			got.row != test.want.row || got.room != test.want.room {
			t.Errorf("%s: got %+v; want %+v", test.name, got, test.want)
		}
	}
}

func TestALinkHoldsTheSetupTheLessonAndThePage(t *testing.T) {
	s := Setup{URL: "/sse?count=4", Listen: []string{"tick"}}
	for _, test := range []struct{ name, lesson, page, want string }{
		{"the set-up alone", "", "", "url=/sse?count%3D4&listen=tick"},
		{"a lesson for a class", "end", pageLesson, "url=/sse?count%3D4&listen=tick&lesson=end&view=lesson"},
	} {
		got := queryOf(s, test.lesson, test.page)
		if got != test.want {
			t.Errorf("%s: got %s; want %s", test.name, got, test.want)
		}
		if back := readVisit(got, readHere); back.lesson != test.lesson || back.page != test.page || back.setup.Query() != s.Query() {
			t.Errorf("%s: got %+v back; want what it says", test.name, back)
		}
	}
}
