package quota

import (
	"net/netip"
	"testing"
	"time"
)

func TestWhoIsTooFast(t *testing.T) {
	now := time.Unix(1e9, 0)
	r := NewRate("names", 2, func() time.Time { return now })
	a, b := netip.MustParsePrefix("192.0.2.1/32"), netip.MustParsePrefix("192.0.2.2/32")
	const full = "your address has had 2 names within a minute and gets no more"
	for i, test := range []struct {
		from   netip.Prefix
		passes time.Duration
		want   string // why not
	}{
		{a, 0, ""},
		{a, 59 * time.Second, ""},
		{a, 0, full},
		{b, 0, ""},
		{a, time.Second, ""},
		{a, 0, ""},
		{a, 0, full},
		{a, -time.Hour, ""}, // the clock is put right
		{a, 0, ""},
		{a, 0, full},
		{a, time.Hour, ""},
	} {
		now = now.Add(test.passes)
		got, spent := "", r.Spent(test.from)
		if err := r.Spend(test.from); err != nil {
			got = err.Error()
		}
		if got != test.want || spent != (test.want != "") {
			t.Errorf("%d: got %q, spent %v; want %q", i, got, spent, test.want)
		}
	}
}
