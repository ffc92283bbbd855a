package browser

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"eventsource-playground/e2e/process"
)

// firefox is driven by WebDriver BiDi, which it speaks by itself: w3.org/TR/webdriver-bidi.
type firefox struct {
	profile string
	process *process.Process
	bidi    *bidi
	chrome  string // the context of Firefox's own window

	mu   sync.Mutex
	tabs map[string]*firefoxTab // by context

	// focus is held by whoever opens a window, closes one, or gives one the focus and input.
	focus sync.Mutex
}

// userJS sets up the profile. With --remote-debugging-port Firefox sets many more for automation by itself, after it
// has started (RecommendedPreferences.sys.mjs); these must hold from the start, or aren't among them. A test's page is gone
// before a better compiler's work on its WebAssembly pays off.
const userJS = `
user_pref("app.normandy.enabled", false);
user_pref("browser.aboutwelcome.enabled", false);
user_pref("browser.region.update.enabled", false);
user_pref("browser.safebrowsing.update.enabled", false);
user_pref("browser.sessionstore.resume_from_crash", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("browser.startup.homepage", "about:blank");
user_pref("browser.startup.homepage_override.mstone", "ignore");
user_pref("browser.startup.page", 0);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("dom.push.connection.enabled", false);
user_pref("extensions.getAddons.cache.enabled", false);
user_pref("extensions.systemAddon.update.enabled", false);
user_pref("extensions.update.enabled", false);
user_pref("javascript.options.wasm_optimizingjit", false);
user_pref("media.gmp-manager.updateEnabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("network.dns.disablePrefetch", true);
user_pref("network.http.speculative-parallel-limit", 0);
user_pref("network.prefetch-next", false);
user_pref("network.trr.mode", 5);
user_pref("services.settings.server", "data:,#remote-settings-dummy/v1");
user_pref("toolkit.telemetry.enabled", false);
user_pref("toolkit.telemetry.server", "");
user_pref("toolkit.telemetry.unified", false);
`

func startFirefox() (engine, error) {
	path, err := program("firefox-esr", "firefox")
	if err != nil {
		return nil, err
	}
	profile, err := os.MkdirTemp("", "firefox-profile-")
	if err != nil {
		return nil, err
	}
	f := &firefox{profile: profile, tabs: map[string]*firefoxTab{}}
	if err := f.start(path); err != nil {
		f.stop()
		return nil, fmt.Errorf("firefox: %w", err)
	}
	return f, nil
}

func (f *firefox) start(path string) error {
	if err := os.WriteFile(filepath.Join(f.profile, "user.js"), []byte(userJS), 0o600); err != nil {
		return err
	}
	// System access is what media and close need.
	cmd := exec.Command(path, "--headless", "--no-remote", "--profile", f.profile,
		"--remote-debugging-port", "0", "--remote-allow-system-access")
	cmd.Env = append(os.Environ(), "MOZ_CRASHREPORTER_DISABLE=1",
		"MOZ_REMOTE_SETTINGS_DEVTOOLS=1") // or it ignores services.settings.server
	stderr, output := io.Pipe()
	cmd.Stderr = output
	process, err := process.Start(cmd)
	if err != nil {
		return err
	}
	f.process = process
	go func() {
		<-process.Done()
		output.Close()
	}()
	address, err := bidiAddress(stderr)
	if err != nil {
		return err
	}

	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if f.bidi, err = dialBiDi(ctx, address+"/session", f.event); err != nil {
		return err
	}
	if err := f.bidi.call(ctx, "session.new", object{"capabilities": object{"alwaysMatch": object{"acceptInsecureCerts": true}}}, nil); err != nil {
		return err
	}
	if err := f.bidi.call(ctx, "session.subscribe", object{
		"events": []string{"log.entryAdded", "browsingContext.navigationCommitted"}}, nil); err != nil {
		return err
	}
	var tree struct{ Contexts []struct{ Context string } }
	if err := f.bidi.call(ctx, "browsingContext.getTree", object{"moz:scope": "chrome"}, &tree); err != nil {
		return err
	}
	if len(tree.Contexts) == 0 {
		return errors.New("it has no window")
	}
	f.chrome = tree.Contexts[0].Context
	return nil
}

// bidiAddress finds the address that Firefox prints once it listens, and goes on reading, lest Firefox block.
func bidiAddress(stderr io.Reader) (string, error) {
	found := make(chan string, 1)
	ended := make(chan []string, 1)
	go func() {
		var lines []string
		for scan := bufio.NewScanner(stderr); scan.Scan(); {
			if _, address, ok := strings.Cut(scan.Text(), "WebDriver BiDi listening on "); ok {
				found <- strings.TrimSpace(address)
				break
			}
			lines = append(lines, scan.Text())
		}
		ended <- lines
		io.Copy(io.Discard, stderr)
	}()
	select {
	case address := <-found:
		return address, nil
	case lines := <-ended:
		select {
		case address := <-found:
			return address, nil
		default:
			return "", fmt.Errorf("it ended at once: %s", strings.Join(lines, "\n"))
		}
	case <-time.After(patience):
		return "", fmt.Errorf("it printed no WebDriver BiDi address in %v", patience)
	}
}

// stop doesn't ask: the profile is thrown away, and quitting properly takes a second.
func (f *firefox) stop() error {
	if f.bidi != nil {
		f.bidi.close()
	}
	if f.process != nil {
		f.process.Kill()
	}
	// Its children notice that it is gone, but may write a last file until then.
	var err error
	for range 100 {
		if err = os.RemoveAll(f.profile); err == nil {
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	return err
}

func (f *firefox) newTab(ctx context.Context, console func(ConsoleLine)) (tab, error) {
	t := &firefoxTab{firefox: f, console: console, left: make(chan struct{})}
	var user struct{ UserContext string }
	if err := f.bidi.call(ctx, "browser.createUserContext", object{}, &user); err != nil {
		return nil, err
	}
	t.userContext = user.UserContext
	f.focus.Lock()
	defer f.focus.Unlock()
	var err error
	if t.context, err = f.create(ctx, object{"type": "window", "userContext": t.userContext}); err != nil {
		return nil, err
	}
	f.mu.Lock()
	f.tabs[t.context] = t
	f.mu.Unlock()
	return t, nil
}

// create creates a tab, and returns its context.
func (f *firefox) create(ctx context.Context, params object) (string, error) {
	var created struct{ Context string }
	err := f.bidi.call(ctx, "browsingContext.create", params, &created)
	return created.Context, err
}

// event gets what the browser tells unasked.
func (f *firefox) event(method string, params json.RawMessage) {
	var event struct {
		Context string // of a navigation

		Source      struct{ Context string } // of a line of the console
		Level, Text string
	}
	if err := json.Unmarshal(params, &event); err != nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	switch method {
	case "log.entryAdded":
		if t := f.tabs[event.Source.Context]; t != nil {
			t.console(ConsoleLine{Level: event.Level, Text: event.Text})
		}
	case "browsingContext.navigationCommitted":
		if t := f.tabs[event.Context]; t != nil {
			close(t.left)
			t.left = make(chan struct{})
		}
	}
}

type firefoxTab struct {
	*firefox
	context, userContext string

	cover   string // the context of the tab that hides this one
	console func(ConsoleLine)
	left    chan struct{} // closed when the document goes away
}

func (t *firefoxTab) open(ctx context.Context, url string) error {
	return t.bidi.call(ctx, "browsingContext.navigate", object{"context": t.context, "url": url, "wait": "complete"}, nil)
}

func (t *firefoxTab) reload(ctx context.Context) error {
	return t.bidi.call(ctx, "browsingContext.reload", object{"context": t.context, "wait": "complete"}, nil)
}

// eval gives up when the document goes away, because Firefox doesn't: it never answers.
func (t *firefoxTab) before(ctx context.Context, program string) error {
	return t.bidi.call(ctx, "script.addPreloadScript", object{
		"functionDeclaration": "() => {" + program + "\n}", "contexts": []string{t.context}}, nil)
}

func (t *firefoxTab) eval(ctx context.Context, js string) (string, error) {
	t.mu.Lock()
	left := t.left
	t.mu.Unlock()
	type answer struct {
		result string
		err    error
	}
	answered := make(chan answer, 1)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		result, err := t.evalIn(ctx, t.context, js)
		answered <- answer{result, err}
	}()
	select {
	case a := <-answered:
		var refused *bidiError
		if errors.As(a.err, &refused) && (refused.Code == "no such frame" || strings.Contains(refused.Message, "destroyed")) {
			return "", errNavigated
		}
		return a.result, a.err
	case <-left:
		return "", errNavigated
	}
}

func (t *firefoxTab) evalIn(ctx context.Context, context, js string) (string, error) {
	var result struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails *struct{ Text string }
	}
	err := t.bidi.call(ctx, "script.evaluate", object{"expression": js, "awaitPromise": true,
		"target": object{"context": context}}, &result)
	if err != nil {
		return "", err
	}
	if result.ExceptionDetails != nil {
		return "", errException(result.ExceptionDetails.Text)
	}
	var s string
	json.Unmarshal(result.Result.Value, &s)
	return s, nil
}

func (t *firefoxTab) click(ctx context.Context, x, y float64) error {
	return t.perform(ctx, object{"type": "pointer", "id": "mouse", "actions": []object{
		{"type": "pointerMove", "x": x, "y": y},
		{"type": "pointerDown", "button": 0},
		{"type": "pointerUp", "button": 0},
	}})
}

func (t *firefoxTab) drag(ctx context.Context, fromX, toX, y float64) error {
	return t.perform(ctx, object{"type": "pointer", "id": "mouse", "actions": []object{
		{"type": "pointerMove", "x": fromX, "y": y},
		{"type": "pointerDown", "button": 0},
		{"type": "pointerMove", "x": (fromX + toX) / 2, "y": y},
		{"type": "pointerMove", "x": toX, "y": y},
		{"type": "pointerUp", "button": 0},
	}})
}

// wheel holds the modifiers through the one step in which the wheel is rolled.
func (t *firefoxTab) wheel(ctx context.Context, modifiers []string, x, y, deltaY float64) error {
	sources := []object{{"type": "wheel", "id": "wheel", "actions": []object{
		{"type": "pause"}, {"type": "scroll", "x": int(x), "y": int(y), "deltaX": 0, "deltaY": int(deltaY)}}}}
	for _, m := range modifiers {
		held := keys(firefoxKeys[m])
		sources = append(sources, object{"type": "key", "id": m, "actions": []object{held[0], {"type": "pause"}, held[1]}})
	}
	return t.perform(ctx, sources...)
}

// The names of keys are in w3.org/TR/webdriver2, "keyboard actions".
var firefoxKeys = map[string]rune{
	"Tab": '\ue004', "Enter": '\ue007', "Space": ' ', "Escape": '\ue00c', "Backspace": '\ue003', "Delete": '\ue017',
	"ArrowLeft": '\ue012', "ArrowUp": '\ue013', "ArrowRight": '\ue014', "ArrowDown": '\ue015',
	"PageUp": '\ue00e', "PageDown": '\ue00f', "End": '\ue010', "Home": '\ue011',
	"Shift": '\ue008', "Control": '\ue009', "Alt": '\ue00a', "Meta": '\ue03d',
}

func (t *firefoxTab) press(ctx context.Context, modifiers []string, key string) error {
	r, err := keyRune(firefoxKeys, key)
	if err != nil {
		return err
	}
	actions := keys(r)
	for _, m := range modifiers {
		held := keys(firefoxKeys[m])
		actions = append(append(held[:1:1], actions...), held[1])
	}
	return t.perform(ctx, object{"type": "key", "id": "keyboard", "actions": actions})
}

func (t *firefoxTab) typeText(ctx context.Context, text string) error {
	var actions []object
	for _, r := range text {
		switch r {
		case '\n':
			r = firefoxKeys["Enter"]
		case '\t':
			r = firefoxKeys["Tab"]
		}
		actions = append(actions, keys(r)...)
	}
	return t.perform(ctx, object{"type": "key", "id": "keyboard", "actions": actions})
}

func keys(r rune) []object {
	return []object{{"type": "keyDown", "value": string(r)}, {"type": "keyUp", "value": string(r)}}
}

// perform gives the window the focus first: Firefox has but one that has it.
func (t *firefoxTab) perform(ctx context.Context, actions ...object) error {
	t.focus.Lock()
	defer t.focus.Unlock()
	if err := t.bidi.call(ctx, "browsingContext.activate", object{"context": t.context}, nil); err != nil {
		return err
	}
	return t.bidi.call(ctx, "input.performActions", object{"context": t.context, "actions": actions}, nil)
}

func (t *firefoxTab) size(ctx context.Context, width, height int) error {
	return t.bidi.call(ctx, "browsingContext.setViewport", object{"context": t.context,
		"viewport": object{"width": width, "height": height}}, nil)
}

// media sets what Firefox's own developer tools set, in Firefox's own window.
func (t *firefoxTab) media(ctx context.Context, scheme string, reducedMotion bool) error {
	if scheme == "" {
		scheme = "none"
	}
	motion := "none"
	if reducedMotion {
		motion = "reduce"
	}
	_, err := t.evalIn(ctx, t.chrome, fmt.Sprintf("Object.assign(%s, { prefersColorSchemeOverride: %q, prefersReducedMotionOverride: %q }) && 0",
		t.navigable(), scheme, motion))
	return err
}

func (t *firefoxTab) hide(ctx context.Context) (err error) {
	t.focus.Lock()
	defer t.focus.Unlock()
	t.cover, err = t.create(ctx, object{"type": "tab", "referenceContext": t.context, "userContext": t.userContext})
	return err
}

func (t *firefoxTab) show(ctx context.Context) error {
	t.focus.Lock()
	defer t.focus.Unlock()
	return t.bidi.call(ctx, "browsingContext.close", object{"context": t.cover}, nil)
}

func (t *firefoxTab) screenshot(ctx context.Context) ([]byte, error) {
	var result struct{ Data string }
	if err := t.bidi.call(ctx, "browsingContext.captureScreenshot", object{"context": t.context}, &result); err != nil {
		return nil, err
	}
	return base64.StdEncoding.DecodeString(result.Data)
}

// close waits until the window is gone: it would give the focus to another at any time, and Firefox may not open a new
// one meanwhile.
func (t *firefoxTab) close(ctx context.Context) error {
	t.mu.Lock()
	delete(t.tabs, t.context)
	t.mu.Unlock()
	t.focus.Lock()
	defer t.focus.Unlock()
	_, err := t.evalIn(ctx, t.chrome, fmt.Sprintf(`(async () => {
		const window = %s.topChromeWindow;
		const { promise, resolve } = Promise.withResolvers();
		const observer = () => window.closed && resolve();
		Services.obs.addObserver(observer, "xul-window-destroyed");
		window.gBrowser.removeTab(window.gBrowser.selectedTab, { skipPermitUnload: true });
		await promise;
		Services.obs.removeObserver(observer, "xul-window-destroyed");
	})()`, t.navigable()))
	if err != nil {
		return err
	}
	return t.bidi.call(ctx, "browser.removeUserContext", object{"userContext": t.userContext}, nil)
}

// navigable is JavaScript for what Firefox's own window knows the page by.
func (t *firefoxTab) navigable() string {
	return `ChromeUtils.importESModule("chrome://remote/content/shared/NavigableManager.sys.mjs")` +
		`.NavigableManager.getBrowsingContextById(` + quote(t.context) + `)`
}

// keyRune is the character that stands for a key: its name's, or the key itself.
func keyRune(names map[string]rune, key string) (rune, error) {
	if r, ok := names[key]; ok {
		return r, nil
	}
	if runes := []rune(key); len(runes) == 1 {
		return runes[0], nil
	}
	return 0, fmt.Errorf("there is no key %q", key)
}
