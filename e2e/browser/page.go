package browser

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"eventsource-playground/e2e/process"
)

// Page is a tab in a window of its own. It is always visible, so its timers and animation frames run at full speed,
// however many pages there are. In Chromium it has the focus, too; in Firefox, where one window has it, a page gets it
// when it is opened and with each click and key, so a test of the focus itself shouldn't run beside others there.
//
// It shares nothing with other pages: storage, service workers, cache and the six connections a host are its own.
//
// A method that fails ends the test, so a Page is for the goroutine of the test that made it.
//
// The JavaScript of Eval and Wait has three helpers. $(selector) is document.querySelector. role(role, name) is the one
// visible element that assistive technology would call so, as in role("button", "Connect"), role("textbox", "URL"),
// role("region", "Timeline") or role("checkbox|switch", "Follow"); it throws if there is none, or more. roles(role, name)
// is the array of them, which may be empty. Roles come from the role attribute or the tag, names from aria-labelledby,
// aria-label, label, legend or text.
type Page struct {
	t   testing.TB
	b   *Browser
	tab tab

	scheme  string // what media queries say of the reader
	reduced bool

	mu      sync.Mutex
	console []ConsoleLine
	dropped int

	captured bool // the failure has its screenshot
}

// ConsoleLine is something that the browser's console shows.
type ConsoleLine struct {
	Level string // "error", "warn", "info", "debug" …
	Text  string
	// Network marks the browser's own report of a request that failed, which may be just what a test is about.
	Network bool
}

// tab is what differs between the browsers in a page. Its JavaScript is an expression for a promise of a string.
type tab interface {
	open(ctx context.Context, url string) error
	reload(ctx context.Context) error
	before(ctx context.Context, program string) error
	eval(ctx context.Context, js string) (string, error)
	click(ctx context.Context, x, y float64) error
	drag(ctx context.Context, fromX, toX, y float64) error
	wheel(ctx context.Context, modifiers []string, x, y, deltaY float64) error
	press(ctx context.Context, modifiers []string, key string) error
	typeText(ctx context.Context, text string) error
	size(ctx context.Context, width, height int) error
	media(ctx context.Context, scheme string, reducedMotion bool) error
	hide(ctx context.Context) error
	show(ctx context.Context) error
	screenshot(ctx context.Context) ([]byte, error)
	close(ctx context.Context) error
}

// errException is what JavaScript threw.
type errException string

func (e errException) Error() string { return string(e) }

// errNavigated says that the document went away, or that the next one is not there yet.
var errNavigated = errors.New("the page navigated away meanwhile")

// patience is for what the browser does by itself. Not that it takes long, but on a machine with ten times the work of
// its cores a new window of Firefox took half a minute.
const patience = 2 * time.Minute

// maxConsole bounds the lines kept of a page's console.
const maxConsole = 1000

// NewPage opens a tab, which is closed with the test. If the test fails, it logs what the console showed.
func (b *Browser) NewPage(t testing.TB) *Page {
	t.Helper()
	p := &Page{t: t, b: b}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	tab, err := b.engine.newTab(ctx, p.log)
	if err != nil {
		t.Fatalf("browser: a new page in %s: %v", b.Name, err)
	}
	p.tab = tab
	t.Cleanup(p.close)
	return p
}

// Open loads the URL and waits for its load event.
func (p *Page) Open(url string) {
	p.t.Helper()
	p.do("opening "+url, func(ctx context.Context) error { return p.tab.open(ctx, url) })
}

// Before has a program run in each document that is opened from now on, before any script of its own: a browser with other
// habits.
func (p *Page) Before(program string) {
	p.t.Helper()
	p.do("adding a program that runs first", func(ctx context.Context) error { return p.tab.before(ctx, program) })
}

// Reload loads the page again and waits for its load event.
func (p *Page) Reload() {
	p.t.Helper()
	p.do("reloading", p.tab.reload)
}

// Eval evaluates an expression, awaits it for Bound if it is a promise, and stores its JSON in out, unless that is nil.
// undefined counts as null.
func (p *Page) Eval(js string, out any) {
	p.t.Helper()
	var result string
	p.do("evaluating "+js, func(ctx context.Context) (err error) {
		ctx, cancel := context.WithTimeout(ctx, Bound)
		defer cancel()
		result, err = p.tab.eval(ctx, withHelpers(js))
		return err
	})
	if out == nil {
		return
	}
	if err := json.Unmarshal([]byte(result), out); err != nil {
		p.fatalf("evaluating %s: %v in %s", js, err, result)
	}
}

// Run runs a program, such as a library's file, in the page, past its Content-Security-Policy. What the program declares
// at its top level is not kept; what it adds to window is.
func (p *Page) Run(program string) {
	p.t.Helper()
	p.do("running a program", func(ctx context.Context) error {
		_, err := p.tab.eval(ctx, withHelpers("(() => {"+program+"\n})()"))
		return err
	})
}

// Wait waits until the expression is truthy. An exception means "not yet", and so does a navigation.
func (p *Page) Wait(js string) {
	p.t.Helper()
	p.WaitFor(Bound, js)
}

// WaitFor is Wait with another bound.
func (p *Page) WaitFor(d time.Duration, js string) {
	p.t.Helper()
	end := time.Now().Add(d)
	for {
		var result struct {
			OK  bool
			Saw string
		}
		err := p.run(time.Until(end), "poll", js, &result)
		switch {
		case errors.Is(err, errNavigated) && time.Now().Before(end):
			time.Sleep(10 * time.Millisecond)
		case err != nil:
			p.fatalf("waiting for %s: %v", js, err)
		case !result.OK:
			p.fatalf("waited %v for %s; last saw %s", d, js, result.Saw)
		default:
			return
		}
	}
}

// Click clicks the first element that the CSS selector finds, with the mouse, in its middle. It waits until the
// element is there, enabled, at rest, and not covered by another, and scrolls to it if need be.
func (p *Page) Click(selector string) {
	p.t.Helper()
	p.clickWithin(Bound, selector, "$("+quote(selector)+")")
}

// ClickRole clicks the element that has this role and name: see Page.
func (p *Page) ClickRole(role, name string) {
	p.t.Helper()
	p.clickWithin(Bound, fmt.Sprintf("%s %q", role, name), find(role, name))
}

// ClickButton clicks the button of this name.
func (p *Page) ClickButton(name string) {
	p.t.Helper()
	p.ClickRole("button", name)
}

// Drag presses the mouse on an element at a part of its width from the left, 0 to 1, moves it to another part of it,
// and releases it there. The element must be in view.
func (p *Page) Drag(selector string, from, to float64) {
	p.t.Helper()
	box := p.box(selector)
	p.do("dragging in "+selector, func(ctx context.Context) error {
		return p.tab.drag(ctx, box.Left+from*box.Width, box.Left+to*box.Width, box.Top+box.Height/2)
	})
}

// Wheel rolls the mouse's wheel down by some pixels, or up if less than none, over the middle of an element, which must be in
// view, while modifiers such as Control are held.
func (p *Page) Wheel(selector string, deltaY float64, modifiers ...string) {
	p.t.Helper()
	box := p.box(selector)
	p.do("rolling the wheel over "+selector, func(ctx context.Context) error {
		return p.tab.wheel(ctx, modifiers, box.Left+box.Width/2, box.Top+box.Height/2, deltaY)
	})
}

// box is where an element is in the viewport, once it is there.
func (p *Page) box(selector string) (box struct{ Left, Top, Width, Height float64 }) {
	p.t.Helper()
	p.Wait("$(" + quote(selector) + ")")
	p.Eval("$("+quote(selector)+").getBoundingClientRect().toJSON()", &box)
	return box
}

// Fill clicks the field for text of this name, selects what it holds, and types the text over it.
func (p *Page) Fill(label, text string) {
	p.t.Helper()
	p.ClickRole("textbox|searchbox|combobox|spinbutton", label)
	p.Eval("document.activeElement.select()", nil)
	if text == "" {
		p.Press("Delete")
		return
	}
	p.Type(text)
}

// Select chooses the option of this text in the drop-down list of this name. No real events here: the list is a window
// of the browser's own, out of reach.
func (p *Page) Select(label, option string) {
	p.t.Helper()
	p.Wait(fmt.Sprintf(`(() => {
		const list = %s, index = [...list.options].findIndex(o => o.text.trim() == %s);
		if (index < 0) return false;
		list.selectedIndex = index;
		for (const type of ["input", "change"]) list.dispatchEvent(new Event(type, { bubbles: true }));
		return true;
	})()`, find("combobox|listbox", label), quote(option)))
}

// Type presses a key for each character, into whatever has the focus. A newline is Enter, a tab is Tab.
func (p *Page) Type(text string) {
	p.t.Helper()
	p.do("typing "+quote(text), func(ctx context.Context) error { return p.tab.typeText(ctx, text) })
}

// Press presses a key: a character, or a name like Tab, Enter, Space, Escape, Backspace, Delete, Home, End, PageUp,
// PageDown, ArrowLeft; with Shift+, Control+, Alt+ or Meta+ before it.
func (p *Page) Press(key string) {
	p.t.Helper()
	modifiers := strings.Split(key, "+")
	last := len(modifiers) - 1
	if strings.HasSuffix(key, "+") { // the key + itself
		modifiers = append(modifiers[:last-1], "+")
		last--
	}
	p.do("pressing "+key, func(ctx context.Context) error {
		for _, m := range modifiers[:last] {
			if !slices.Contains([]string{"Shift", "Control", "Alt", "Meta"}, m) {
				return fmt.Errorf("there is no modifier %q", m)
			}
		}
		return p.tab.press(ctx, modifiers[:last], modifiers[last])
	})
}

// Hide shows another tab in the page's window, so that the page is hidden: its timers are slow, it has no frames, and no click or key
// reaches it. show ends that, as does the end of the test.
func (p *Page) Hide() (show func()) {
	p.t.Helper()
	p.do("hiding the page", p.tab.hide)
	show = sync.OnceFunc(func() { p.do("showing the page", p.tab.show) })
	p.t.Cleanup(show)
	return show
}

// Size sets the size of the viewport, in CSS pixels.
func (p *Page) Size(width, height int) {
	p.t.Helper()
	p.do("resizing", func(ctx context.Context) error { return p.tab.size(ctx, width, height) })
}

// Scheme emulates a reader who prefers "light" or "dark"; "" leaves it to the browser.
func (p *Page) Scheme(scheme string) {
	p.t.Helper()
	p.scheme = scheme
	p.media()
}

// ReducedMotion emulates a reader who prefers reduced motion.
func (p *Page) ReducedMotion(reduced bool) {
	p.t.Helper()
	p.reduced = reduced
	p.media()
}

// Screenshot writes a PNG of the viewport.
func (p *Page) Screenshot(file string) {
	p.t.Helper()
	p.do("taking a screenshot", func(ctx context.Context) error { return p.capture(ctx, file) })
}

// Console is everything that the console showed so far.
func (p *Page) Console() []ConsoleLine {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]ConsoleLine(nil), p.console...)
}

// ConsoleErrors is what went wrong in the page's own code: console.error, uncaught exceptions, unhandled rejections,
// refusals of the content security policy. Failed requests are not among them.
func (p *Page) ConsoleErrors() []string {
	var errs []string
	for _, line := range p.Console() {
		if line.Level == "error" && !line.Network {
			errs = append(errs, line.Text)
		}
	}
	return errs
}

//go:embed page.js
var pageJS string

// withHelpers makes an expression see the helpers of page.js.
func withHelpers(js string) string {
	return "(" + pageJS + ")(async ({$, role, roles, poll, aim, hit}) => (\n" + js + "\n))"
}

func find(role, name string) string { return "role(" + quote(role) + ", " + quote(name) + ")" }

func quote(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

// run runs one of the helpers that poll until the bound, and decodes what it returns.
func (p *Page) run(bound time.Duration, helper, js string, out any) error {
	ctx, cancel := context.WithTimeout(context.Background(), bound+patience)
	defer cancel()
	result, err := p.tab.eval(ctx, withHelpers(fmt.Sprintf("%s(%d, async () => (\n%s\n))", helper, bound.Milliseconds(), js)))
	if err != nil {
		return err
	}
	return json.Unmarshal([]byte(result), out)
}

func (p *Page) clickWithin(bound time.Duration, what, find string) {
	p.t.Helper()
	var target struct {
		OK  bool
		Saw string
		At  struct{ X, Y float64 }
	}
	for end := time.Now().Add(bound); ; {
		err := p.run(time.Until(end), "aim", find, &target)
		switch {
		case err != nil:
			p.fatalf("clicking %s: %v", what, err)
		case !target.OK:
			p.fatalf("waited %v to click %s; last saw %s", bound, what, target.Saw)
		}
		p.do("clicking "+what, func(ctx context.Context) error { return p.tab.click(ctx, target.At.X, target.At.Y) })
		if p.hit(what) {
			return
		}
	}
}

// hit reports whether the last click reached what it was aimed at. One that opened another page did.
func (p *Page) hit(what string) (hit bool) {
	p.t.Helper()
	p.do("clicking "+what, func(ctx context.Context) error {
		result, err := p.tab.eval(ctx, withHelpers("hit()"))
		hit = result == "true" || errors.Is(err, errNavigated)
		if hit {
			return nil
		}
		return err
	})
	return hit
}

func (p *Page) media() {
	p.t.Helper()
	p.do("emulating media", func(ctx context.Context) error { return p.tab.media(ctx, p.scheme, p.reduced) })
}

// do does one thing, with patience.
func (p *Page) do(what string, f func(context.Context) error) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := f(ctx); err != nil {
		p.fatalf("%s: %v", what, err)
	}
}

func (p *Page) fatalf(format string, args ...any) {
	p.t.Helper()
	p.captureFailure()
	p.t.Fatalf("browser: "+p.b.Name+": "+format, args...)
}

func (p *Page) capture(ctx context.Context, file string) error {
	png, err := p.tab.screenshot(ctx)
	if err != nil {
		return err
	}
	return os.WriteFile(file, png, 0o644)
}

// captureFailure writes e2e/failures/TestName.png, once a page: the first failure is the one to see.
func (p *Page) captureFailure() {
	if p.captured {
		return
	}
	p.captured = true
	ctx, cancel := context.WithTimeout(context.Background(), Bound)
	defer cancel()
	dir, err := failures()
	if err == nil {
		file := filepath.Join(dir, fileName(p.t.Name(), p.b.Name)+".png")
		if err = p.capture(ctx, file); err == nil {
			p.t.Logf("browser: %s: screenshot: %s", p.b.Name, file)
			return
		}
	}
	p.t.Logf("browser: %s: no screenshot: %v", p.b.Name, err)
}

// close closes the tab. It runs when the test is over.
func (p *Page) close() {
	if p.t.Failed() {
		p.captureFailure()
		// The last ones only: a page that reconnects says a line each time, and what failed must not drown in them.
		const last = 8
		lines := p.Console()
		if n := len(lines) - last; n > 0 {
			p.t.Logf("browser: %s: console: %d lines before these", p.b.Name, n)
			lines = lines[n:]
		}
		for _, line := range lines {
			p.t.Logf("browser: %s: console: %s: %s", p.b.Name, line.Level, line.Text)
		}
		if p.dropped > 0 {
			p.t.Logf("browser: %s: console: %d more lines were not kept", p.b.Name, p.dropped)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := p.tab.close(ctx); err != nil {
		p.t.Errorf("browser: %s: closing the page: %v", p.b.Name, err)
	}
}

// requestReports is how the browsers' own reports of failed requests begin, where nothing else tells them from errors
// of the page's code.
var requestReports = []string{
	"EventSource's response has", "Access to ", // Chromium
	"Cross-Origin Request Blocked", "Firefox can’t establish a connection", "The connection to ",
}

func (p *Page) log(line ConsoleLine) {
	line.Network = line.Network || slices.ContainsFunc(requestReports, func(s string) bool { return strings.HasPrefix(line.Text, s) })
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.console) == maxConsole {
		p.dropped++
		return
	}
	p.console = append(p.console, line)
}

// failures is the folder e2e/failures.
func failures() (string, error) {
	root, err := process.ModuleRoot()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(root, "e2e", "failures")
	return dir, os.MkdirAll(dir, 0o755)
}

// fileName makes a file's name of a test's; the browser's is in it already if the test is a sub-test for each browser.
func fileName(test, browser string) string {
	if !strings.Contains(test, browser) {
		test += "-" + browser
	}
	return regexp.MustCompile(`[^A-Za-z0-9._-]+`).ReplaceAllString(test, "-")
}
