package memory

import (
	"runtime"
	"testing"
	"testing/synctest"
	"time"
)

func TestMemoryIsGivenBackWhenMostHaveLeft(t *testing.T) {
	for _, test := range []struct {
		name              string
		come, leave, back int
		want              bool
	}{
		{"all of a class", many, many, 0, true},
		{"three quarters", many, many * 3 / 4, 0, true},
		{"half", many, many / 2, 0, false},
		{"all of a few", many - 1, many - 1, 0, false},
		{"all, who reconnect at once", many, many, many, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var m Use
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				for range test.come {
					m.Opened()
				}
				for range test.leave {
					m.Closed()
				}
				for range test.back {
					m.Opened()
				}
				time.Sleep(2 * reconnecting) // on the bubble's clock
				synctest.Wait()
				runtime.ReadMemStats(&after)
				if got := after.NumForcedGC > before.NumForcedGC; got != test.want {
					t.Errorf("got memory given back: %v; want %v", got, test.want)
				}
			})
		})
	}
}
