package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"eventsource-playground/e2e/browser"
	"eventsource-playground/e2e/playground"
	"eventsource-playground/protocol"
)

// makeRoom has a page make a room, as a teacher does, and returns the room's name.
func makeRoom(t *testing.T, b *browser.Browser, base string) (maker *page, name string) {
	t.Helper()
	maker = &page{b.NewPage(t), t}
	maker.Size(1440, 900)
	maker.Open(base + "/?lang=en")
	maker.ready()
	maker.ClickRole("link", "Room")
	maker.ClickButton("Make a room")
	maker.Wait(`$(".room p.name")`)
	return maker, maker.roomName()
}

// roomName is that of the room whose maker this page is.
func (p *page) roomName() (name string) {
	p.t.Helper()
	p.Eval(`$(".room p.name").innerText`, &name)
	return name
}

// enterRoom opens a room's address, as whoever scans its code does.
func enterRoom(t *testing.T, b *browser.Browser, base, name string) *page {
	t.Helper()
	p := &page{b.NewPage(t), t}
	p.Open(base + "/?lang=en&room=" + name)
	p.ready()
	p.Wait(`$("[data-panel='Your room']")`)
	p.state("open")
	return p
}

// lesson chooses the one that the maker asks.
func (p *page) lesson(name string) {
	p.t.Helper()
	p.Wait(`$("#room-lesson option[value=` + name + `]")`)
	p.Eval(`(() => { const list = $("#room-lesson"); list.value = `+quote(name)+`; list.dispatchEvent(new Event("change", {bubbles: true})); })()`, nil)
	p.Wait(`$("#room-lesson").value == ` + quote(name) + ` && $("[data-panel=Question] .bars")`)
}

func within(panel, text string) string {
	return `$("[data-panel='` + panel + `']").innerText.includes(` + quote(text) + `)`
}

// send has the maker send an event to everyone.
func (p *page) send(data string) {
	p.t.Helper()
	p.Fill("data", data)
	p.ClickButton("Send")
}

// animal is the name under which a reader is in its room.
func (p *page) animal() (name string) {
	p.t.Helper()
	p.Eval(`$("[data-panel='Your room']").innerText.match(/You are ([^,]+),/)[1]`, &name)
	return name
}

// received are the data of the events that were dispatched to a page, each with its number in the room.
func (p *page) received() string {
	p.t.Helper()
	var all []string
	for _, r := range p.records() {
		if r.Kind == "message" {
			_, number, _ := strings.Cut(r.LastEventID, "-")
			all = append(all, number+" "+r.Data)
		}
	}
	return strings.Join(all, ", ")
}

// lanesInWords are everyone's in words, on the maker's page.
const lanesInWords = `[...document.querySelectorAll("[data-panel=Everyone] .offscreen li")].map(lane => lane.innerText)`

// A class: one reader is offline for a while, one looks at another tab, one joins late. Each gets what it should, once. Then a whole
// lesson: asked, predicted, asked again, revealed in every browser, and measured; beside it the room's stream goes on. At the end all
// are cut and reconnect, one reloads its page, one leaves, and the room is over.
func TestAClassReadsPredictsAndMeasures(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		other := browser.Shared(t, browser.Names[0])
		if other == b {
			other = browser.Shared(t, browser.Names[1])
		}
		base := playground.Start(t).URL
		maker, name := makeRoom(t, b, base)
		cable := newCable(t, base)
		offline, hidden := enterRoom(t, b, cable.URL, name), enterRoom(t, other, base, name)
		readers := []*page{offline, hidden, enterRoom(t, b, base, name), enterRoom(t, other, base, name)} // each other one in the other browser
		maker.Wait(within("Room", "4 here"))
		maker.send("hello")
		for _, p := range readers {
			p.table("hello")
		}

		show := hidden.Hide()
		maker.Wait(lanesInWords + `.filter(lane => lane.endsWith("tab hidden") && lane.startsWith(` + quote(hidden.animal()+": ") + `)).length == 1`)
		cable.cut()
		offline.state("connecting")
		maker.Wait(within("Room", "3 here · 1 away"))
		for _, data := range []string{"one", "two", "three"} {
			maker.send(data)
		}
		for _, p := range readers[1:] {
			p.table("three")
		}
		hidden.Wait(`document.hidden`) // still
		late := enterRoom(t, b, base, name)
		cable.mend()
		offline.table("three")
		maker.Wait(within("Room", "5 here"))
		show()
		readers = append(readers, late)
		maker.send("all are here")
		for _, p := range readers {
			p.table("all are here")
		}
		for i, p := range readers {
			want := "1 hello, 2 one, 3 two, 4 three, 5 all are here"
			if p == late {
				want = "5 all are here" // the newest only
			}
			if got := p.received(); got != want {
				t.Errorf("reader %d: got %s; want %s", i, got, want)
			}
		}
		maker.Wait(lanesInWords + `.filter(lane => lane.endsWith(", OPEN, last event 5")).length == 5`) // nothing is missing
		maker.Wait(`!/[1-9] came twice/.test($("[data-panel='What the room measured']").innerText)`)

		maker.lesson("redirect-307") // in which Chromium does one thing and Firefox the other, however slow the machine is
		maker.ClickButton("Ask the room")
		for i, p := range readers {
			p.Wait(`$(".lesson") && $(".lesson").innerText.includes("Your room is asked")`)
			p.Wait(`!$("[aria-label=Lesson]").innerText.includes("Run it")`)
			p.Click(fmt.Sprintf(".pick:nth-of-type(%d) input", i%2+1))
		}
		maker.Wait(within("Question", "5 of 5 have predicted"))
		offline.Wait(`!$("[data-panel='Your room']").innerText.includes("have played") && !$("[data-panel='Your room'] .bars")`) // nobody but the maker sees them
		maker.ClickButton("Ask again")
		for _, p := range readers {
			p.Wait(`[...document.querySelectorAll(".pick input")].every(input => !input.disabled)`)
			p.Click(".pick:nth-of-type(2) input")
		}
		maker.Wait(within("Question", "5 of 5 have predicted") + ` && document.querySelectorAll("[data-panel=Question] .bar-of").length == 4`)
		maker.ClickButton("Reveal: run it in all 5 browsers")
		for i, p := range readers {
			p.WaitFor(decides, `$(".verdict")`)
			p.WaitFor(decides, within("Your room", fmt.Sprintf("5 of 5 have played it; %d saw the same as you.", 3-i%2)))
			p.state("open")
			p.Wait(`$("#url").value.startsWith("/rooms/` + name + `?last-event-id=")`)
		}
		maker.Wait(within("Question", "5 of 5 have played it"))
		maker.Wait(`(seen => seen.includes("what was seen") && seen.includes("3 ` + b.Name + `") && seen.includes("2 ` + other.Name + `"))(` +
			`$("[data-panel='What the room measured']").innerText.toLowerCase())`)
		maker.send("after the lesson")
		for _, p := range readers {
			p.table("after the lesson")
		}
		maker.Wait(within("Underneath", "Event 6 of the room"))

		maker.ClickButton("Cut all")
		maker.Wait(within("What the room measured", "5 of 5 reconnected by themselves."))
		animal := offline.animal()
		offline.Reload()
		offline.Wait(`$("[data-panel='Your room']") && ` + within("Your room", "You are "+animal+","))
		offline.state("open")
		late.ClickButton("Leave the room")
		maker.Wait(within("Room", "4 here"))
		maker.ClickButton("End the room")
		offline.Wait(`$(".room.start") && $("main").innerText.includes("is over")`)
	})
}

// A reveal can come to a page that has just been opened: it plays the lesson when it knows how.
func TestARevealBeforeTheScenariosIsPlayedWhenTheyAreThere(t *testing.T) {
	t.Parallel()
	base := playground.Start(t).URL
	slow, release := held(t, base, "/scenarios")
	b := chromium(t)
	maker, name := makeRoom(t, b, base)
	reader := &page{b.NewPage(t), t}
	reader.Open(slow + "/?lang=en&room=" + name)
	maker.Wait(within("Room", "1 here"))
	maker.lesson("redirect-307")
	maker.ClickButton("Ask the room")
	reader.Wait(`$(".lesson") && $(".lesson").innerText.includes("Your room is asked")`)
	maker.ClickButton("Reveal: run it in 1 browser")
	reader.Wait(`$(".lesson") && !$(".lesson").innerText.includes("Your room is asked")`) // it has heard of it
	release()
	reader.WaitFor(decides, `$(".verdict")`)
	maker.Wait(within("Question", "1 of 1 have played it"))
}

// The key stays in the browser that made the room: it is in no address, on no screen, and in no link but the one that is for another machine.
func TestARoomsKeyIsNowhereToBeSeen(t *testing.T) {
	t.Parallel()
	base := playground.Start(t).URL
	b := chromium(t)
	maker, name := makeRoom(t, b, base)
	maker.keepCopied()
	maker.ClickButton("Run it on another machine")
	maker.Wait(`copied.includes("#key=")`)
	var link string
	maker.Eval(`copied`, &link)
	_, key, _ := strings.Cut(link, "#key=")
	if len(key) < 20 {
		t.Fatalf("got the link %q; want one with a key", link)
	}
	nowhere := func(p *page, where string) {
		t.Helper()
		var found bool
		p.Eval(`document.documentElement.outerHTML.includes(`+quote(key)+`) || location.href.includes(`+quote(key)+`)`, &found)
		if found {
			t.Errorf("got the key in the page or its address, %s", where)
		}
	}
	nowhere(maker, "of who made the room")
	maker.ClickButton("Share")
	maker.Wait(`!copied.includes("#key=")`)

	other := &page{browser.Shared(t, "firefox").NewPage(t), t}
	other.Open(base + "/?lang=en&room=" + name + "#key=" + key)
	other.Wait(`$("[data-panel=Room]") && $(".room p.name").innerText == ` + quote(name))
	nowhere(other, "of another machine")

	wrong := &page{browser.Shared(t, "firefox").NewPage(t), t}
	wrong.Open(base + "/?lang=en&room=no-such-room")
	wrong.Wait(`$(".room.start [role=alert]").innerText != ""`)
}

// Forty readers on the maker's screen: a lane each, and no task that anybody would notice. With two other browsers at work on two cores
// time of a processor is four times as much, so nothing else runs beside this: see test-all in the Makefile.
func TestFortyReadersAreDrawnWithoutALongTask(t *testing.T) {
	slow(t)
	base := playground.Start(t).URL
	maker, name := makeRoom(t, chromium(t), base)
	const readers = 45
	var all []*websocket.Conn
	for i := range readers {
		all = append(all, joinRoom(t, base, name, i))
	}
	maker.Wait(within("Room", fmt.Sprintf("%d here", readers)))
	maker.Wait(`$("[data-panel=Everyone]").innerText.includes("5 more")`)
	const most, tries = 50 * time.Millisecond, 3 // from there on a browser calls it long; what the page itself needs is there each time
	for try := range tries {
		longest := maker.LongestTask(func() {
			for n := 10 * try; n < 10*try+10; n++ {
				for i, conn := range all {
					say(t, conn, protocol.FromPage{Presence: &protocol.Presence{State: n % 2, Waiting: n%2 == 0, WaitMs: 3000 + float64(i), LastEventID: fmt.Sprintf("ABCDEF-%d", n+1), Events: n + 1}})
				}
				maker.Wait(within("Underneath", fmt.Sprintf("Event %d of the room", n+1)))
			}
		})
		t.Logf("the longest task took %v", longest)
		if longest <= most {
			return
		}
	}
	t.Errorf("got a longer task than %v each time", most)
}

// joinRoom is a reader without a page.
func joinRoom(t testing.TB, base, name string, n int) *websocket.Conn {
	t.Helper()
	at, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	secret := fmt.Sprintf("%032x", n+1)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	conn, _, err := websocket.Dial(ctx, "ws://"+at.Host+protocol.Address(protocol.SessionID(secret), "", nil), &websocket.DialOptions{HTTPHeader: http.Header{"Origin": {base}}})
	if err != nil {
		t.Fatal(err)
	}
	conn.SetReadLimit(1 << 20)
	t.Cleanup(func() { conn.CloseNow() })
	say(t, conn, protocol.FromPage{Secret: secret})
	say(t, conn, protocol.FromPage{Join: &protocol.Join{Room: name, Browser: []string{"Chrome", "Firefox", "Safari"}[n%3], Version: "1"}})
	say(t, conn, protocol.FromPage{Presence: &protocol.Presence{State: 1}})
	go func() { // what it is told is of no interest
		for {
			if _, _, err := conn.Read(context.Background()); err != nil {
				return
			}
		}
	}()
	return conn
}

func say(t testing.TB, conn *websocket.Conn, message protocol.FromPage) {
	t.Helper()
	text, err := json.Marshal(message)
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Write(t.Context(), websocket.MessageText, text); err != nil {
		t.Fatal(err)
	}
}
