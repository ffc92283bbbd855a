package fail

import "testing"

func TestFine(t *testing.T) {}

func TestFails(t *testing.T) { t.Error("as it should") }

func TestPanics(t *testing.T) { panic("so there") }
