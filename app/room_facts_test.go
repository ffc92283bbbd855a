package main

import (
	"slices"
	"strings"
	"testing"
)

func TestWhatTheRoomMeasured(t *testing.T) {
	const now = 19_000
	lost := func(name, browser string, back ...told) pupil {
		return pupilOf(name, browser, "1", append([]told{{1000, openPresence}, {cutAt, waitingPresence}}, back...)...)
	}
	onTheirOwn := func(browser string, waits ...float64) (pupils []pupil) {
		for i, wait := range waits {
			pupils = append(pupils, lost(string(rune('A'+i)), browser, told{cutAt + wait, openAfter(wait)}))
		}
		return pupils
	}
	left := openAfter(0)
	left.Missed, left.Doubled = 2, 1
	away := lost("Otter", "Chrome")
	gone := away.Member
	gone.Away = true
	away.observe(gone, 11_000)
	for _, test := range []struct {
		name   string
		pupils []pupil
		did    float64
		want   []string // tone: title | body
	}{
		{"nobody", nil, cutAt, nil},
		{"nothing happened", []pupil{pupilOf("Otter", "Chrome", "156", told{1000, openAfter(0)})}, 0, nil},
		{"a class that was cut", classOf(24), cutAt, []string{
			"open: 23 of 24 reconnected by themselves. | Each had a Last-Event-ID to send. 0 events were not dispatched, 0 came twice.",
			"connecting: Chrome waited 3.0 s (19 of them), Firefox 5.0 s (3), Safari 3.0 s (1). | No script can read that number.",
			"closed: 19 of 20 Chromes reconnected within 79 ms. | That is the herd. Try a retry at random.",
			": Mole 10 misses 7 events. | Its EventSource has been CONNECTING for 9 s.",
		}},
		{"the same of all that was seen", classOf(24)[:9], 0, []string{
			"open: 9 of 9 reconnected by themselves. | Each had a Last-Event-ID to send. 0 events were not dispatched, 0 came twice.",
			"connecting: Chrome waited 3.0 s (6 of them), Firefox 5.0 s (2), Safari 3.0 s (1). | No script can read that number.",
			"closed: All 6 Chromes reconnected within 32 ms. | That is the herd. Try a retry at random.",
		}},
		{"one", onTheirOwn("Chrome", 3000), cutAt, []string{
			"open: 1 of 1 reconnected by itself. | It had a Last-Event-ID to send. 0 events were not dispatched, 0 came twice.",
			"connecting: Chrome waited 3.0 s (1). | No script can read that number.",
		}},
		{"none yet", []pupil{lost("Otter", "Chrome"), lost("Bee", "Chrome")}, cutAt, []string{
			"connecting: 2 lost their connections, and none has reconnected yet. | ",
			": Bee misses 7 events. | Its EventSource has been CONNECTING for 9 s.",
			": Otter misses 7 events. | Its EventSource has been CONNECTING for 9 s.",
		}},
		{"five in half a second are a herd", onTheirOwn("Firefox", 3000, 3100, 3200, 3300, 3500), cutAt, []string{
			"open: 5 of 5 reconnected by themselves. | Each had a Last-Event-ID to send. 0 events were not dispatched, 0 came twice.",
			"connecting: Firefox waited 3.2 s (median of 5, 3.0 s to 3.5 s). | No script can read that number.",
			"closed: All 5 Firefoxes reconnected within 500 ms. | That is the herd. Try a retry at random.",
		}},
		{"a retry at random is the cure", onTheirOwn("Chrome", 3000, 3200, 5000, 7000, 8000), cutAt, []string{
			"open: 5 of 5 reconnected by themselves. | Each had a Last-Event-ID to send. 0 events were not dispatched, 0 came twice.",
			"connecting: Chrome waited 5.0 s (median of 5, 3.0 s to 8.0 s). | No script can read that number.",
			"open: 5 reconnections are spread over 5.0 s. | At most 2 of them within 500 ms.",
		}},
		{"what was before does not count", onTheirOwn("Chrome", 3000), cutAt + 1, nil},
		{"events that were left out, or came twice", []pupil{lost("Otter", "Chrome", told{cutAt + 3000, left})}, cutAt, []string{
			"open: 1 of 1 reconnected by itself. | It had a Last-Event-ID to send. 2 events were not dispatched, 1 came twice.",
			": Otter misses 2 events. | Its EventSource is OPEN, and did not dispatch them: it has no listener for them, or they never came.",
		}},
		{"one gave up", []pupil{lost("Otter", "Chrome", told{12_000, closedPresence}, told{13_000, connectingPresence}, told{14_000, openAfter(0)})}, cutAt, []string{
			"closed: 1 gave up. | CLOSED: such an EventSource does not reconnect.",
		}},
		{"a lesson that plays is no loss", []pupil{pupilOf("Otter", "Chrome", "1", told{1000, openPresence}, told{cutAt, playingPresence}, told{12_000, connectingPresence}, told{12_100, openAfter(0)})}, cutAt, nil},
		{"a lesson that begins meanwhile leaves it open", []pupil{lost("Otter", "Chrome", told{11_000, playingPresence}, told{12_000, connectingPresence}, told{12_100, openAfter(0)})}, cutAt, nil},
		{"of those who are away nobody knows", append(onTheirOwn("Chrome", 3000), away), cutAt, []string{
			"open: 1 of 2 reconnected by itself. | It had a Last-Event-ID to send. 0 events were not dispatched, 0 came twice. Of 1 nobody knows: it is away.",
			"connecting: Chrome waited 3.0 s (1). | No script can read that number.",
		}},
		{"five miss events", []pupil{lost("A", "Chrome"), lost("B", "Chrome"), lost("C", "Chrome"), lost("D", "Chrome"), lost("E", "Chrome")}, now, []string{
			": A misses 7 events. | Its EventSource has been CONNECTING for 9 s.",
			": B misses 7 events. | Its EventSource has been CONNECTING for 9 s.",
			": C misses 7 events. | Its EventSource has been CONNECTING for 9 s.",
			": 2 more miss events. | ",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, f := range measuredByRoom(test.pupils, 48, test.did, now) {
				got = append(got, f.tone+": "+f.title+" | "+f.body)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got  %s\nwant %s", strings.Join(got, "\n     "), strings.Join(test.want, "\n     "))
			}
		})
	}
}

func TestArrivals(t *testing.T) {
	if got := arrivalsSVG(classOf(1), cutAt, 600); got != "" {
		t.Errorf("got %s; want nothing for one", got)
	}
	if got := arrivalsSVG(classOf(24), 0, 600); got != "" {
		t.Errorf("got %s; want nothing while nobody did anything", got)
	}
	svg := parseSVG(t, arrivalsSVG(classOf(60), cutAt, 600))
	places := map[string]bool{}
	for _, e := range svg {
		if e.name == "circle" {
			place := e.attributes["cx"] + " " + e.attributes["cy"]
			if places[place] {
				t.Errorf("two dots at %s", place)
			}
			places[place] = true
			if x, y := e.number(t, "cx"), e.number(t, "cy"); x < 0 || x > 600 || y < 0 || y > 74 {
				t.Errorf("a dot at %v, %v is outside", x, y)
			}
		}
	}
	if len(places) != 59 {
		t.Errorf("got %d dots; want 59, since one has not reconnected", len(places))
	}
	if got, want := find(svg, "text", "when"), []string{"0 s", "1 s", "2 s", "3 s", "4 s", "5 s"}; !slices.Equal(got, want) {
		t.Errorf("got the times %q; want %q", got, want)
	}
	if got, want := svg[0].attributes["aria-label"], "59 reconnections by time: the first after 3.0 s, the last after 5.1 s"; got != want {
		t.Errorf("got %q; want %q", got, want)
	}
}

func TestAxisHasAFewRoundTimes(t *testing.T) {
	for _, test := range []struct {
		a    axis
		want string
	}{
		{axis{to: 5200, right: 600}, "0 s 1 s 2 s 3 s 4 s 5 s"},
		{axis{to: 5200, right: 200}, "0 s 2 s 4 s"},
		{axis{to: 47, right: 300}, "0 ms 20 ms 40 ms"},
		{axis{to: 1900, right: 400}, "0.0 s 0.5 s 1.0 s 1.5 s"},
		{axis{from: -12, to: 30, right: 400}, "−10 ms 0 ms 10 ms 20 ms 30 ms"},
		{axis{to: 1, right: 400}, "0 ms 1 ms"},
		{axis{to: 600_000, right: 400}, "0 s 200 s 400 s 600 s"},
	} {
		var b strings.Builder
		b.WriteString("<svg>")
		test.a.draw(&b, 0, 40)
		b.WriteString("</svg>")
		if got := strings.Join(find(parseSVG(t, b.String()), "text", "when"), " "); got != test.want {
			t.Errorf("%v: got %s; want %s", test.a, got, test.want)
		}
	}
}
