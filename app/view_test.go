package main

import (
	"testing"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

func TestView(t *testing.T) {
	for _, c := range []struct {
		name   string
		html   string
		values []any
		want   string // with go-app's indentation
	}{
		{"an element with a text", `<p>Hello</p>`, nil, `<p>Hello</p>`},
		{"an attribute", `<p class="a b">x</p>`, nil, `<p class="a b">x</p>`},
		{"an attribute without a value is true", `<input disabled/>`, nil, `<input disabled></input>`},
		{"elements in each other", `<div><p>a</p><p>b</p></div>`, nil, "<div>\n  <p>a</p>\n  <p>b</p>\n</div>"},
		{"white space around line breaks is no text", "<div>\n\t<p>a</p>\n\t<b>b</b>\n</div>", nil, "<div>\n  <p>a</p>\n  <b>b</b>\n</div>"},
		{"a space within a line is one", "<p>a <b>b</b></p>", nil, "<p>\n  a \n  <b>b</b>\n</p>"},
		{"a string as a child is text, not markup", `<p>{}</p>`, []any{"<b>{}</b>"}, `<p>&lt;b&gt;{}&lt;/b&gt;</p>`},
		{"an element as a child", `<p>{} and {}</p>`, []any{view(`<b>1</b>`), "2"}, "<p>\n  <b>1</b>\n   and \n  2\n</p>"},
		{"a slice of elements as children", `<p>{}</p>`, []any{[]app.UI{app.Text("1"), view(`<b>2</b>`)}}, "<p>\n  1\n  <b>2</b>\n</p>"},
		{"nothing as a child", `<p>{}</p>`, []any{nil}, `<p></p>`},
		{"what is left out is no child", `<p>{}</p>`, []any{when(false, `<b>x</b>`)}, `<p></p>`},
		{"what is not left out is", `<p>{}</p>`, []any{when(true, `<b>{}</b>`, "x")}, "<p>\n  <b>x</b>\n</p>"},
		{"a handler is no attribute", `<p onclick={} onkeydown={}>x</p>`, []any{func(app.Context, app.Event) {}, app.EventHandler(func(app.Context, app.Event) {})}, `<p>x</p>`},
		{"the value of an attribute", `<p class={}>x</p>`, []any{"warm"}, `<p class="warm">x</p>`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := app.HTMLString(view(c.html, c.values...).(app.HTML)); got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}
