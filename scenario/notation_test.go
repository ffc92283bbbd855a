package scenario

import (
	"os"
	"strings"
	"testing"
)

func TestTheReadmeBeginsTheNotation(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, body, _ := strings.Cut(Notation, "\n")
	examples, _, ok := strings.Cut(body, "**Heading**")
	if !ok || !strings.Contains(string(readme), strings.TrimSpace(examples)) {
		t.Error("README.md does not have NOTATION.md's beginning, with its examples: copy it there, below its heading")
	}
	if !strings.Contains(string(readme), "](scenario/NOTATION.md)") {
		t.Error("README.md has no link to scenario/NOTATION.md: put one after the examples")
	}
}
