package lesson

// A Condition holds if all the tests in one of its lists do. The one without lists never holds.
type Condition [][]Test

// A Test compares a measure.
type Test struct {
	Measure string  `json:"measure"`
	Is      string  `json:"is"`               // = != < <= > >=, or of whether there is one: none, some
	Text    string  `json:"text,omitempty"`   // of a measure that is text; = and != only
	Number  float64 `json:"number,omitempty"` // of all others
}

// Holds reports whether the condition holds.
func (c Condition) Holds(m Measures) bool {
any:
	for _, all := range c {
		for _, t := range all {
			if !t.holds(m) {
				continue any
			}
		}
		return true
	}
	return false
}

func (t Test) holds(m Measures) bool {
	v := m.Of(t.Measure)
	switch {
	case t.Is == "none" || t.Is == "some":
		return (v.Kind == None) == (t.Is == "none")
	case v.Kind == None:
		return false
	case v.Kind == String:
		return (v.Text == t.Text) == (t.Is == "=")
	}
	switch t.Is {
	case "=":
		return v.Number == t.Number
	case "!=":
		return v.Number != t.Number
	case "<":
		return v.Number < t.Number
	case "<=":
		return v.Number <= t.Number
	case ">":
		return v.Number > t.Number
	}
	return v.Number >= t.Number
}
