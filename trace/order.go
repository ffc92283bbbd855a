package trace

import "slices"

// inOrder are values in the order of numbers that are not negative, and those with the same number in their own order. It sorts
// ints, as fmt does in every page: sorting of any other type would make app.wasm 3 KB larger, each.
func inOrder[T any](values []T, number func(T) int) []T {
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
