// Package order sorts the few things that a page sorts. What package slices has for that makes app.wasm 3 KB larger for each type of
// value, as it goes over the wire, so the types share a sort here.
package order

import (
	"slices"
	"sort"
)

// By has values in an order, and those that are equal in their own. It is for some hundreds.
func By[T any](values []T, compare func(a, b *T) int) {
	order := make([]int, 0, len(values))
	for i := range values {
		at := sort.Search(i, func(k int) bool { return compare(&values[order[k]], &values[i]) > 0 })
		order = append(order, 0)
		copy(order[at+1:], order[at:])
		order[at] = i
	}
	were := append([]T(nil), values...)
	for at, i := range order {
		values[at] = were[i]
	}
}

// Ascending has numbers in their order. It is for some hundreds.
func Ascending(numbers []float64) {
	By(numbers, func(a, b *float64) int { return Sign(*a - *b) })
}

// Sign is that of a difference, which compares its two numbers.
func Sign(n float64) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

// ByNumber returns values in the order of numbers that are not negative, and those with the same number in their own order. It is for
// any number of them: what it sorts are ints, as fmt does in every page.
func ByNumber[T any](values []T, number func(T) int) []T {
	keys := make([]int, len(values))
	for i, v := range values {
		keys[i] = number(v)*len(values) + i
	}
	slices.Sort(keys)
	sorted := make([]T, len(values))
	for i, key := range keys {
		sorted[i] = values[key%len(values)]
	}
	return sorted
}
