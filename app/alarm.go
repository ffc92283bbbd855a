package main

import "time"

// alarm calls a function once, some time after it was last set.
//
// It cannot be stopped, and no timer of this page may be: what rings for nothing must find nothing to do. While there are
// stopped timers, Go's runtime (1.26, timers.check) sleeps until the first timer as its heap had them, not as they were set
// since, and go-app's next frame is one that was set since. Nothing else wakes a program in WebAssembly, so the page would
// stand still, for up to a second, until another timer rings.
type alarm struct{ timer *time.Timer }

// set sets the alarm, also one that is set already. The function must be the same each time.
func (a *alarm) set(after time.Duration, ring func()) {
	if a.timer == nil {
		a.timer = time.AfterFunc(after, ring)
	} else {
		a.timer.Reset(after)
	}
}
