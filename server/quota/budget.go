package quota

import "time"

// Budget is how much may be spent: so much at once, and as much again each second.
type Budget struct {
	perSecond, left int
	at              time.Time
}

// NewBudget is a full one.
func NewBudget(perSecond int) Budget {
	return Budget{perSecond: perSecond, left: perSecond, at: time.Now()}
}

// Spend returns how much of n may be spent, which is spent then.
func (b *Budget) Spend(n int) int {
	now := time.Now()
	earned := now.Sub(b.at).Seconds() * float64(b.perSecond)
	if earned >= 1 {
		b.left, b.at = int(min(float64(b.perSecond), float64(b.left)+earned)), now
	}
	n = min(n, b.left)
	b.left -= n
	return n
}
