package main

import (
	"eventsource-playground/lesson"
	"eventsource-playground/protocol"
	"eventsource-playground/trace/words"
)

const mostPupils = 40

type classDrawing struct {
	width, window, right float64
	newest               int
	did                  float64
	what                 string
}

func (d classDrawing) svg(pupils []pupil) string                   { return "" }
func inOrderBy(pupils []pupil, key string) []pupil                 { return pupils }
func summed(pupils []pupil) string                                 { return "" }
func arrivalsSVG(pupils []pupil, did, width float64) string        { return "" }
func figuresOf(o []protocol.Outcome) []string                      { return nil }
func nameOfFigure(string) string                                   { return "" }
func stripSVG(o []protocol.Outcome, f string, m, w float64) string { return "" }

type roomFact struct{ tone, title, body string }

func measuredByRoom(pupils []pupil, newest int, did float64, what string) []roomFact { return nil }

type outcomeBar struct {
	text     []words.Phrase
	n        int
	browsers string
}

func barsOf(l *lesson.Lesson, outcomes []protocol.Outcome) []outcomeBar { return nil }
