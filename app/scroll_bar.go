package main

import "math"

// scrollBar scrolls rows that may be higher in all than a browser lets an element be. Then the space that is scrolled is
// shorter than they are, and the one stands for the other in proportion. Heights are in CSS pixels.
type scrollBar struct {
	height int // of all rows
	space  int // that is scrolled
	view   int // in sight at once
}

// highest is how high an element may be, in device pixels. Chromium's end at 2^25, Firefox's at 17 million.
const highest = 16_000_000

// newScrollBar is for rows of a height, where a CSS pixel is ratio device pixels.
func newScrollBar(height, view int, ratio float64) scrollBar {
	return scrollBar{height, min(height, int(highest/max(1, ratio))), view}
}

// short reports whether the space is shorter than the rows.
func (b scrollBar) short() bool { return b.space < b.height && b.view < b.space }

// top is how much of the rows is above what is in sight.
func (b scrollBar) top(scrollTop float64) int {
	if b.short() {
		scrollTop *= float64(b.height-b.view) / float64(b.space-b.view)
	}
	return int(math.Round(scrollTop*64) / 64) // a browser's own fraction
}

// scrollTop has so much of the rows above what is in sight.
func (b scrollBar) scrollTop(top int) float64 {
	if !b.short() {
		return float64(top)
	}
	return float64(top) * float64(b.space-b.view) / float64(b.height-b.view)
}

// place is where something stands in the space, of which so much is above it, while the bar is at scrollTop.
func (b scrollBar) place(above int, scrollTop float64) int {
	if !b.short() {
		return above
	}
	return int(scrollTop) + above - b.top(scrollTop)
}
