package main

import "sort"

// inOrder has values in an order, and those that are equal in their own. There are a few hundred at most: package slices would
// make app.wasm 3 KB larger for each type of value.
func inOrder[T any](values []T, compare func(a, b *T) int) {
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

// ascending has numbers in their order.
func ascending(numbers []float64) {
	inOrder(numbers, func(a, b *float64) int { return sign(*a - *b) })
}

func sign(n float64) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}
