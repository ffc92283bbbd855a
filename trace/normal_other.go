//go:build !js

package trace

// normal is a text as it is: there is no browser here that normalises it.
func normal(s string) string { return s }
