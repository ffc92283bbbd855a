package scenario

import (
	"os"
	"strings"
	"testing"
)

func TestTheReadmeShowsTheNotation(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, body, _ := strings.Cut(Notation, "\n")
	if !strings.Contains(string(readme), strings.TrimSpace(body)) {
		t.Error("README.md does not have the text of NOTATION.md: copy it there, below its heading")
	}
}
