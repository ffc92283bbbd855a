package main

import "testing"

func TestEveryRowCanBeScrolledTo(t *testing.T) {
	const view = 600
	for _, test := range []struct {
		name  string
		rows  int
		ratio float64
		space int
	}{
		{"none", 0, 1, 0},
		{"fewer than are in sight", 5, 5, 5 * rowHeight},
		{"as many as an element is high enough for", 200_000, 1, 200_000 * rowHeight},
		{"a page that is zoomed out", 200_000, 0.25, 200_000 * rowHeight},
		{"a pixel is two device pixels", 200_000, 2, highest / 2},
		{"a pixel is five device pixels", 198_002, 5, highest / 5},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newScrollBar(test.rows*rowHeight, view, test.ratio)
			if b.space != test.space {
				t.Errorf("got a space of %d; want %d", b.space, test.space)
			}
			last := max(0, test.rows-view/rowHeight)
			for _, row := range []int{0, 1, last / 3, last / 2, last} {
				top := min(row*rowHeight, max(0, b.height-view))
				if got := b.top(b.scrollTop(top)); got < top-1 || got > top+1 {
					t.Errorf("row %d: got a top of %d there and back; want %d", row, got, top)
				}
				at := b.scrollTop(top)
				if place := b.place(top, at); at < 0 || at > max(0, float64(b.space-view)) || place < int(at)-1 || place > int(at)+1 {
					t.Errorf("row %d: got it at %d with the bar at %v of %d; want it in sight", row, place, at, b.space-view)
				}
			}
			if end := max(0, b.space-view); b.top(float64(end)) != max(0, b.height-view) {
				t.Errorf("got %d above at the end of the bar; want %d", b.top(float64(end)), b.height-view)
			}
		})
	}
}
