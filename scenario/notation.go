package scenario

import _ "embed"

// Notation is NOTATION.md: all of the notation on one screen.
//
//go:embed NOTATION.md
var Notation string
