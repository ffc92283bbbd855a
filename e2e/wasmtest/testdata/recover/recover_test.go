package recover

import (
	"runtime"
	"testing"
)

// recoverer recovers, in a method that others are wrapped around.
type recoverer struct{ got *any }

func (r recoverer) itself() { *r.got = recover() }
func (r recoverer) helper() { r.itself() }

type outer struct{ recoverer }

func TestWhatIsDeferredRecoversAndWhatItCallsDoesNot(t *testing.T) {
	for _, test := range []struct {
		name   string
		panics func(r recoverer)
		want   any
	}{
		{"itself", func(r recoverer) { defer r.itself(); panic("so there") }, "so there"},
		{"its method's value", func(r recoverer) { f := r.itself; defer f(); panic("so there") }, "so there"},
		{"by an interface", func(r recoverer) { var i interface{ itself() } = r; defer i.itself(); panic("so there") }, "so there"},
		{"embedded", func(r recoverer) { var i interface{ itself() } = &outer{r}; defer i.itself(); panic("so there") }, "so there"},
		{"one that it calls", func(r recoverer) { defer r.helper(); panic("so there") }, nil},
		{"one that is called by an interface", func(r recoverer) { var i interface{ helper() } = &outer{r}; defer i.helper(); panic("so there") }, nil},
		{"one in a function of its own", func(r recoverer) { defer func() { func() { r.itself() }() }(); panic("so there") }, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got any
			func() {
				defer func() {
					if left := recover(); (left == nil) != (test.want != nil) {
						t.Errorf("%v is left", left)
					}
				}()
				test.panics(recoverer{&got})
			}()
			if got != test.want {
				t.Errorf("got %v; want %v", got, test.want)
			}
		})
	}
}

// The collector looks through each frame of a stack, and moves the stack when it grows.
func TestTheCollectorFindsEachFrame(t *testing.T) {
	var deep func(n int) *int
	deep = func(n int) *int {
		if n%1000 == 0 {
			runtime.GC()
		}
		sum := n
		if n > 0 {
			sum += *deep(n - 1)
		}
		return &sum
	}
	if got, want := *deep(5000), 5000*5001/2; got != want {
		t.Errorf("got %d; want %d", got, want)
	}
}
