//go:build race

package sse

// raceDetector makes everything ten times slower: then the two longest cases are split at some positions only.
const raceDetector = true
