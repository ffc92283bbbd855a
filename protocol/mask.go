package protocol

import (
	"slices"
	"strings"
)

// Mask stands for a secret, where it is shown or recorded.
const Mask = "•••"

// Placeholder stands for a secret in a program that somebody takes away.
const Placeholder = "SECRET"

// secretWords are in the names of headers and parameters whose values are kept secret.
var secretWords = []string{"authorization", "cookie", "key", "token", "secret", "session", "password", "signature"}

// LooksSecret reports whether the value of a header or parameter with that name is a secret.
func LooksSecret(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc(secretWords, func(word string) bool { return strings.Contains(name, word) })
}
