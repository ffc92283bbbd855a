package session

import (
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"eventsource-playground/protocol"
	"eventsource-playground/server/limits"
)

// A laptop that slept for more than five minutes finds its session forgotten, which is to the page as if the server had been
// started again: another instance begins, whose numbers, attempts and clock start again, and of which nothing is dropped.
func TestAForgottenSessionBeginsAgainAsAfterARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := New(limits.Default)
		here := netip.MustParsePrefix("192.0.2.1/32")
		channel := func(instance string, after int) (hello protocol.Hello, told []protocol.Seen, sleep func()) {
			s, err := all.hold(testSession, here)
			if err != nil {
				t.Fatal(err)
			}
			ch := &channel{session: s, woken: make(chan struct{}, 1), over: make(chan struct{})}
			hello = s.connect(ch, line{session: testSession, instance: instance, after: map[string]int{"": after}})
			told, _ = s.after(ch.told)
			return hello, told, func() {
				s.disconnect(ch)
				all.release(s)
			}
		}
		play := func() *exchange {
			x := all.begin(nil, watchedRequest(1))
			x.Wrote([]byte("data: a\n\n"), 0, 0)
			return x
		}

		first, _, sleep := channel("", 0)
		play().Ended(protocol.ByClient, protocol.EndLeft, 0)
		sleep()
		time.Sleep(4 * time.Minute)
		same, told, sleep := channel(first.Instance, 2)
		if same.Instance != first.Instance || same.Dropped != 0 || len(told) != 1 || told[0].Seq != 3 || same.Now < 4*60_000 {
			t.Errorf("got %+v and %+v after four minutes; want the same instance, from record 3 on", same, told)
		}
		sleep()

		time.Sleep(6 * time.Minute)
		x := play() // the browser may reconnect its stream before the page does its channel
		time.Sleep(time.Second)
		other, told, sleep := channel(first.Instance, 3)
		if other.Instance == first.Instance || other.Dropped != 0 || other.Now != 1000 {
			t.Errorf("got %+v after six minutes; want another instance, nothing dropped, its clock from the stream on", other)
		}
		if len(told) != 2 || told[0].Seq != 1 || told[0].Kind != protocol.SeenRequest || told[0].Attempt != 1 || told[0].At != 0 {
			t.Errorf("got %+v; want the records of the new instance from 1 on, and its first attempt", told)
		}
		x.Ended(protocol.ByServer, protocol.EndStopping, 0)
		sleep()
		time.Sleep(time.Hour)
	})
}
