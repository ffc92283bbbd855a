package e2e

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"eventsource-playground/e2e/browser"
)

func TestZZ(t *testing.T) {
	for _, name := range strings.Fields(os.Getenv("ZZ")) {
		b := browser.Shared(t, name)
		base := sharedURL(t)
		if os.Getenv("TLS") != "" {
			base = secureURL(t)
		}
		p := &page{b.NewPage(t), t}
		p.Size(1440, 900)
		p.Open(base + "/?view=compare&lang=" + os.Getenv("LANGUAGE"))
		p.Wait(`$("#comparison")`)
		p.Eval(`(() => {
		const create = URL.createObjectURL;
		window.saved = [];
		URL.createObjectURL = blob => { saved.push(blob); return create.call(URL, new Blob([])); };
	})()`, nil)
		rows := strings.Fields(os.Getenv("ROWS"))
		if len(rows) == 0 {
			p.Click(".compare .primary")
			p.WaitFor(150*time.Second, `!$("progress")`)
		}
		for _, r := range rows {
			p.Click("#row-" + r + " button")
			p.WaitFor(60*time.Second, `document.querySelector("#row-`+r+` button").disabled == false`)
			p.Screenshot("/tmp/zz-" + name + "-" + r + ".png")
		}
		for _, r := range strings.Fields(os.Getenv("PICK")) {
			p.Eval(`$("#row-`+r+` th a").click()`, nil)
			p.Wait(`$("#row-`+r+`").getAttribute("aria-current") == "true"`)
			for _, size := range [][2]int{{1440, 900}, {390, 800}, {1366, 650}} {
				for _, scheme := range []string{"light", "dark"} {
					p.Size(size[0], size[1])
					p.Scheme(scheme)
					time.Sleep(300 * time.Millisecond)
					p.Eval(`window.scrollTo(0, `+os.Getenv("TOP")+`)`, nil)
					if r != "over" {
						p.Eval(`$("#row-`+r+`").scrollIntoView()`, nil)
					}
					time.Sleep(200 * time.Millisecond)
					p.Screenshot(fmt.Sprintf("/tmp/zz-%s-%s-%d-%s.png", name, r, size[0], scheme))
				}
			}
		}
		var text string
		p.Eval(`document.querySelector(".compare").innerText`, &text)
		fmt.Println(name, text)
		p.Screenshot("/tmp/zz-" + name + ".png")
		if os.Getenv("JSON") != "" {
			p.Eval(`[...document.querySelectorAll(".compare button")].find(b => b.innerText.includes("JSON")).click()`, nil)
			p.Wait(`saved.length > 0`)
			p.Eval(`saved.pop().text()`, &text)
			fmt.Println(text)
		}
		fmt.Println(p.ConsoleErrors())
	}
}
