package quota

import (
	"fmt"
	"net/netip"
	"sync"
	"time"
)

// Rate counts what each address does in a minute.
type Rate struct {
	what      string
	perMinute int
	now       func() time.Time

	mutex sync.Mutex
	began time.Time // the minute
	from  map[netip.Prefix]int
}

// NewRate is one of so many a minute. what says of what, as in "300 requests a minute".
func NewRate(what string, perMinute int, now func() time.Time) *Rate {
	return &Rate{what: what, perMinute: perMinute, now: now}
}

// Spend counts one, or returns an error.
func (r *Rate) Spend(from netip.Prefix) error {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.begin()
	if r.from[from] >= r.perMinute {
		return fmt.Errorf("your address has had %d %s within a minute and gets no more", r.perMinute, r.what)
	}
	r.from[from]++
	return nil
}

// Spent reports whether there is none left.
func (r *Rate) Spent(from netip.Prefix) bool {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.begin()
	return r.from[from] >= r.perMinute
}

// begin begins another minute, if this one is over, or if the clock was set back.
func (r *Rate) begin() {
	now := r.now()
	if passed := now.Sub(r.began); r.from == nil || passed < 0 || passed >= time.Minute {
		r.began, r.from = now, map[netip.Prefix]int{}
	}
}
