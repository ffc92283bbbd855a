package order

import (
	"slices"
	"testing"
)

func TestValuesInOrder(t *testing.T) {
	type pair struct{ key, was int }
	for _, test := range []struct {
		name      string
		keys, was []int
	}{
		{"none", nil, nil},
		{"one", []int{7}, []int{0}},
		{"upside down", []int{3, 2, 1}, []int{2, 1, 0}},
		{"those that are equal keep their order", []int{2, 1, 2, 1, 2}, []int{1, 3, 0, 2, 4}},
		{"in order already", []int{1, 2, 3}, []int{0, 1, 2}},
	} {
		var values []pair
		for i, key := range test.keys {
			values = append(values, pair{key, i})
		}
		were := func(values []pair) (was []int) {
			for _, v := range values {
				was = append(was, v.was)
			}
			return was
		}
		if got := were(ByNumber(values, func(p pair) int { return p.key })); !slices.Equal(got, test.was) {
			t.Errorf("%s: got those from the places %v by number; want %v", test.name, got, test.was)
		}
		By(values, func(a, b *pair) int { return a.key - b.key })
		if got := were(values); !slices.Equal(got, test.was) {
			t.Errorf("%s: got those from the places %v; want %v", test.name, got, test.was)
		}
	}
	numbers := []float64{2.5, -1, 0, 2.4}
	if Ascending(numbers); !slices.IsSorted(numbers) {
		t.Errorf("got %v; want ascending numbers", numbers)
	}
}
