package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/css"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// chromium is driven by the DevTools protocol, through a pipe: should this process die, Chromium ends as well.
type chromium struct{ ctx context.Context }

func startChromium() (engine, error) {
	path, err := program("chromium", "chromium-browser", "google-chrome")
	if err != nil {
		return nil, err
	}
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(path),
		chromedp.NoSandbox, // root can't have it, nor can many containers; and the pages are our own
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-domain-reliability", true),
		chromedp.Flag("disable-gpu", true),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1, EXCLUDE ::1"),
		chromedp.Flag("ignore-certificate-errors", true), // the server's own, for HTTP/2
		chromedp.Flag("no-pings", true),
		chromedp.Flag("js-flags", "--liftoff-only"), // a test's page is gone before a better compiler's work pays off
		chromedp.Flag("disable-features", "Translate,MediaRouter,OptimizationHints,AutofillServerCommunication"),
	)
	allocator, _ := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, _ := chromedp.NewContext(allocator)
	if err := chromedp.Do(ctx); err != nil {
		return nil, err
	}
	return &chromium{ctx}, nil
}

func (c *chromium) stop() error {
	ctx, cancel := context.WithTimeout(c.ctx, patience)
	defer cancel()
	return chromedp.Cancel(ctx)
}

func (c *chromium) newTab(ctx context.Context, console func(ConsoleLine)) (tab, error) {
	tabCtx, cancel := chromedp.NewContext(c.ctx, chromedp.WithNewBrowserContext(), chromedp.WithListener(func(ev any) {
		if line, ok := consoleLine(ev); ok {
			console(line)
		}
	}))
	defer context.AfterFunc(ctx, cancel)()
	if err := chromedp.Do(tabCtx); err != nil {
		return nil, err
	}
	t := &chromiumTab{ctx: tabCtx, target: chromedp.FromContext(tabCtx).Target}
	return t, t.prepare(ctx)
}

type chromiumTab struct {
	ctx    context.Context
	target *chromedp.Target
	cover  target.ID // the tab that hides this one
}

// prepare makes the page believe that it is focused, and ends what chromedp watches and we don't need: it would slow
// down a page with a thousand messages a second, and keep service workers from being stopped.
func (t *chromiumTab) prepare(ctx context.Context) error {
	err := t.focus(ctx, true)
	for _, domain := range []cdp.Command[cdp.Empty, cdp.Empty]{network.Disable, css.Disable, dom.Disable} {
		if err == nil {
			_, err = cdp.Call(ctx, t.target, domain, cdp.Empty{})
		}
	}
	if err == nil {
		_, err = cdp.Call(ctx, t.target, target.SetAutoAttach, target.SetAutoAttachParams{Flatten: ptr(true)})
	}
	return err
}

func (t *chromiumTab) focus(ctx context.Context, emulated bool) error {
	_, err := cdp.Call(ctx, t.target, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: emulated})
	return err
}

func (t *chromiumTab) open(ctx context.Context, url string) error {
	result, err := cdp.Call(ctx, t.target, page.Navigate, page.NavigateParams{URL: url})
	if err != nil {
		return err
	}
	if result.ErrorText != "" {
		return errors.New(result.ErrorText)
	}
	_, err = t.eval(ctx, `new Promise(done => document.readyState == "complete" ? done("") : addEventListener("load", () => done("")))`)
	return err
}

func (t *chromiumTab) reload(ctx context.Context) error {
	loaded, stop := t.target.Subscribe(page.LoadEventFired.Method)
	defer stop()
	if _, err := cdp.Call(ctx, t.target, page.Reload, page.ReloadParams{}); err != nil {
		return err
	}
	select {
	case <-loaded:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t *chromiumTab) before(ctx context.Context, program string) error {
	_, err := cdp.Call(ctx, t.target, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: program})
	return err
}

func (t *chromiumTab) eval(ctx context.Context, js string) (string, error) {
	result, err := cdp.Call(ctx, t.target, runtime.Evaluate,
		runtime.EvaluateParams{Expression: js, AwaitPromise: ptr(true), ReturnByValue: ptr(true)})
	var refused *cdproto.Error
	if errors.As(err, &refused) {
		for _, s := range []string{"navigated or closed", "context was destroyed", "Cannot find default execution context"} {
			if strings.Contains(refused.Message, s) {
				return "", errNavigated
			}
		}
	}
	if err != nil {
		return "", err
	}
	if result.ExceptionDetails != nil {
		return "", errException(exceptionText(result.ExceptionDetails))
	}
	var s string
	return s, json.Unmarshal(result.Result.Value, &s)
}

func (t *chromiumTab) click(ctx context.Context, x, y float64) error { return t.drag(ctx, x, x, y) }

func (t *chromiumTab) drag(ctx context.Context, fromX, toX, y float64) error {
	events := []input.DispatchMouseEventParams{
		{Type: input.DispatchMouseEventTypeMouseMoved, X: fromX},
		{Type: input.DispatchMouseEventTypeMousePressed, X: fromX, Button: input.MouseButtonLeft, Buttons: 1, ClickCount: 1},
		{Type: input.DispatchMouseEventTypeMouseReleased, X: toX, Button: input.MouseButtonLeft, ClickCount: 1},
	}
	if fromX != toX {
		half := input.DispatchMouseEventParams{Type: input.DispatchMouseEventTypeMouseMoved, X: (fromX + toX) / 2, Button: input.MouseButtonLeft, Buttons: 1}
		whole := half
		whole.X = toX
		events = slices.Insert(events, 2, half, whole)
	}
	for _, p := range events {
		p.Y = y
		if _, err := cdp.Call(ctx, t.target, input.DispatchMouseEvent, p); err != nil {
			return err
		}
	}
	return nil
}

func (t *chromiumTab) wheel(ctx context.Context, modifiers []string, x, y, deltaY float64) error {
	const none = 1e-9 // Chromium insists on both, and 0 is left out
	_, err := cdp.Call(ctx, t.target, input.DispatchMouseEvent, input.DispatchMouseEventParams{
		Type: input.DispatchMouseEventTypeMouseWheel, X: x, Y: y, DeltaX: none, DeltaY: deltaY, Modifiers: chromiumHeld(modifiers)})
	return err
}

var chromiumKeys = map[string]rune{
	"Tab": '\t', "Enter": '\r', "Space": ' ', "Escape": '\u001b', "Backspace": '\b', "Delete": '\u007f',
	"ArrowDown": '\u0301', "ArrowLeft": '\u0302', "ArrowRight": '\u0303', "ArrowUp": '\u0304',
	"End": '\u0305', "Home": '\u0306', "PageDown": '\u0307', "PageUp": '\u0308',
}

var chromiumModifiers = map[string]int64{"Alt": 1, "Control": 2, "Meta": 4, "Shift": 8}

func chromiumHeld(modifiers []string) (held int64) {
	for _, m := range modifiers {
		held |= chromiumModifiers[m]
	}
	return held
}

func (t *chromiumTab) press(ctx context.Context, modifiers []string, key string) error {
	r, err := keyRune(chromiumKeys, key)
	if err != nil {
		return err
	}
	held := chromiumHeld(modifiers)
	events := kb.Encode(r)
	for _, ev := range events {
		ev.Modifiers |= held
		if ev.Type == kb.KeyChar && held&^chromiumModifiers["Shift"] != 0 {
			continue // a shortcut types nothing
		}
		if _, err := cdp.Call(ctx, t.target, input.DispatchKeyEvent, *ev); err != nil {
			return err
		}
	}
	return nil
}

func (t *chromiumTab) typeText(ctx context.Context, text string) error {
	for _, r := range text {
		for _, ev := range kb.Encode(r) {
			if _, err := cdp.Call(ctx, t.target, input.DispatchKeyEvent, *ev); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *chromiumTab) size(ctx context.Context, width, height int) error {
	_, err := cdp.Call(ctx, t.target, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: int64(width), Height: int64(height), DeviceScaleFactor: 1})
	return err
}

func (t *chromiumTab) media(ctx context.Context, scheme string, reducedMotion bool) error {
	motion := ""
	if reducedMotion {
		motion = "reduce"
	}
	_, err := cdp.Call(ctx, t.target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme},
		{Name: "prefers-reduced-motion", Value: motion},
	}})
	return err
}

// hide ends the focus as well, since what has it is not hidden.
func (t *chromiumTab) hide(ctx context.Context) error {
	c := chromedp.FromContext(t.ctx)
	created, err := cdp.Call(ctx, c.Browser, target.CreateTarget, target.CreateTargetParams{URL: "about:blank", BrowserContextID: c.BrowserContextID})
	if t.cover = created.TargetID; err != nil {
		return err
	}
	return t.focus(ctx, false)
}

func (t *chromiumTab) show(ctx context.Context) error {
	if _, err := cdp.Call(ctx, chromedp.FromContext(t.ctx).Browser, target.CloseTarget, target.CloseTargetParams{TargetID: t.cover}); err != nil {
		return err
	}
	return t.focus(ctx, true)
}

func (t *chromiumTab) screenshot(ctx context.Context) ([]byte, error) {
	result, err := cdp.Call(ctx, t.target, page.CaptureScreenshot, page.CaptureScreenshotParams{})
	return result.Data, err
}

func (t *chromiumTab) close(context.Context) error { return chromedp.Cancel(t.ctx) }

// AXNode is a node of the accessibility tree.
type AXNode struct {
	Role, Name, Description, Value string

	Focused bool
	Level   int // of a heading, else 0
	// Properties are the others, such as "checked", "disabled", "expanded", "live" or "pressed", with their JSON values.
	Properties map[string]any
}

// AXNodes is the accessibility tree in document order, as a list, without what assistive technology ignores.
// Only Chromium has it.
func (p *Page) AXNodes() []AXNode {
	p.t.Helper()
	t, ok := p.tab.(*chromiumTab)
	if !ok {
		p.t.Fatalf("browser: %s doesn't tell its accessibility tree, only chromium does", p.b.Name)
	}
	var nodes []AXNode
	p.do("reading the accessibility tree", func(ctx context.Context) error {
		tree, err := cdp.Call(ctx, t.target, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
		nodes = axNodes(tree.Nodes)
		return err
	})
	return nodes
}

func axNodes(all []*accessibility.Node) []AXNode {
	byID := map[accessibility.NodeID]*accessibility.Node{}
	for _, n := range all {
		byID[n.NodeID] = n
	}
	text := func(v *accessibility.Value) string {
		var s any
		if v == nil || json.Unmarshal(v.Value, &s) != nil {
			return ""
		}
		return fmt.Sprint(s)
	}
	var nodes []AXNode
	var walk func(n *accessibility.Node)
	walk = func(n *accessibility.Node) {
		if !n.Ignored {
			node := AXNode{Role: text(n.Role), Name: text(n.Name), Description: text(n.Description), Value: text(n.Value),
				Properties: map[string]any{}}
			for _, p := range n.Properties {
				var v any
				json.Unmarshal(p.Value.Value, &v)
				node.Properties[string(p.Name)] = v
			}
			node.Focused, _ = node.Properties["focused"].(bool)
			level, _ := node.Properties["level"].(float64)
			node.Level = int(level)
			nodes = append(nodes, node)
		}
		for _, id := range n.ChildIDs {
			if child := byID[id]; child != nil {
				walk(child)
			}
		}
	}
	for _, n := range all {
		if n.ParentID == "" {
			walk(n)
		}
	}
	return nodes
}

func consoleLine(event any) (ConsoleLine, bool) {
	switch ev := event.(type) {
	case *runtime.EventConsoleAPICalled:
		var words []string
		for _, arg := range ev.Args {
			words = append(words, objectText(arg))
		}
		level := string(ev.Type)
		if level == "warning" {
			level = "warn"
		} else if level == "assert" {
			level = "error"
		}
		return ConsoleLine{Level: level, Text: strings.Join(words, " ")}, true
	case *runtime.EventExceptionThrown:
		return ConsoleLine{Level: "error", Text: exceptionText(ev.ExceptionDetails)}, true
	case *log.EventEntryAdded:
		level := string(ev.Entry.Level)
		if level == "warning" {
			level = "warn"
		}
		text := strings.TrimSpace(ev.Entry.Text + " " + ev.Entry.URL)
		return ConsoleLine{Level: level, Text: text, Network: ev.Entry.Source == log.EntrySourceNetwork}, true
	}
	return ConsoleLine{}, false
}

func exceptionText(e *runtime.ExceptionDetails) string {
	if e.Exception == nil {
		return e.Text
	}
	return e.Text + " " + objectText(e.Exception)
}

func objectText(o *runtime.RemoteObject) string {
	var s string
	switch {
	case json.Unmarshal(o.Value, &s) == nil:
		return s
	case o.Description != "":
		return o.Description
	case len(o.Value) > 0:
		return string(o.Value)
	}
	return string(o.Type)
}

func ptr[T any](v T) *T { return &v }
