package trace

import (
	"strconv"
	"strings"

	"eventsource-playground/eventsource"
)

// Sentence is what a fact says in words.
type Sentence struct {
	Title   string
	Body    []Phrase
	Section string // of a standard; "" for none
	URL     string // of that section
}

// Phrase is a part of a sentence's body: words, or code. They are apart because what a stream or a browser said may
// hold any mark that could tell them apart.
type Phrase struct {
	Text string
	Code bool
}

// Seen names an observer, in the language that say translates to.
func (o Observer) Seen(say func(string) string) string {
	for i := range observers {
		if observers[i] == o {
			return say(seenBy[i])
		}
	}
	return ""
}

// Sentence says the fact in words. say translates a text as it stands in this package, before anything is filled in.
func (f Fact) Sentence(say func(string) string) Sentence {
	t := texts[f.told()]
	title := t.title
	if f.Count > 1 && t.titles != "" {
		title = t.titles
	}
	// First the words that are ours, then, once, the values that are not.
	ours := func(name string) (string, bool) { return f.part(name, say) }
	values := func(name string) (string, bool) { return f.value(name, say), true }
	section := sections[t.section]
	s := Sentence{Title: fill(fill(say(title), ours), values), Section: section.name, URL: section.url}
	if t.body == "" {
		return s
	}
	for i, part := range strings.Split(fill(say(t.body), ours), "`") {
		if part != "" {
			s.Body = append(s.Body, Phrase{Text: fill(part, values), Code: i%2 == 1})
		}
	}
	return s
}

// told is the name whose text is told: some facts have a better one where more is known.
func (f Fact) told() FactName {
	switch {
	case f.Name == FactEvents && f.Type != "":
		return factEventsOf
	case f.Name == FactUnheard && f.Type == "":
		return factUnheardMore
	case f.Name == FactGaveUp && f.Was == eventsource.Open:
		return factStopped
	case f.Name == FactSilent && f.unheard:
		return factSilentUnheard
	case f.Name == FactSilent && f.known && f.sent == 0:
		return factSilentNothing
	case f.Name == FactSilent && f.known:
		return factSilentHeld
	case f.cause != FactConstructed && f.Name == FactLost:
		return factLostKnown
	case f.cause != FactConstructed && f.Name == FactFailed:
		return factFailedKnown
	case f.cause != FactConstructed && f.Name == FactGaveUp:
		return factGaveUpKnown
	}
	return f.Name
}

// part is a part of a text that is a text itself.
func (f Fact) part(name string, say func(string) string) (text string, ok bool) {
	switch name {
	case "cause":
		return say(texts[f.cause].title), true
	case "waited":
		if f.Milliseconds > 0 {
			return say(partWaited), true
		}
		return "", true
	case "next":
		wait, ask := partWaitsOwn, partAsks
		if f.waited > 0 {
			wait = partWaitsLast
		}
		if f.known {
			if ask = partAsksPlain; f.ID != "" {
				ask = partAsksID
			}
			if f.retrySet {
				wait = partWaitsRetry
			}
		}
		return say(wait) + say(ask), true
	case "id":
		switch {
		case f.known && f.ID != "":
			return say(partSentID), true
		case f.known:
			return say(partSentNone), true
		case f.ID != "":
			return say(partID), true
		}
		return say(partNoID), true
	case "asked":
		if f.ID != "" {
			return say(partSentID), true
		}
		return say(partSentNone), true
	case "answer":
		switch f.Type {
		case "refuse":
			return say(partReset), true
		case "redirect":
			return say(partRedirect), true
		case "wrong type":
			return say(partWrongType), true
		}
		return say(partStatus), true
	}
	return "", false
}

// value is what comes from outside.
func (f Fact) value(name string, say func(string) string) string {
	switch name {
	case "type":
		return brief(f.Type)
	case "lastID":
		return brief(f.ID)
	case "time":
		return Duration(say, f.Milliseconds)
	case "before":
		return Duration(say, f.waited)
	case "retry":
		return strconv.FormatInt(f.retry, 10)
	case "count":
		return strconv.Itoa(f.Count)
	case "attempt":
		return strconv.Itoa(f.Attempt)
	case "status":
		return strconv.Itoa(f.Status)
	}
	return strconv.Itoa(int(f.Was))
}

// fill puts in what stands for {names}; names that with does not know stay.
func fill(text string, with func(name string) (string, bool)) string {
	filled := ""
	for {
		before, rest, found := strings.Cut(text, "{")
		name, after, closed := strings.Cut(rest, "}")
		if !found || !closed {
			return filled + text
		}
		value, ok := with(name)
		if !ok {
			value = "{" + name + "}"
		}
		filled, text = filled+before+value, after
	}
}

// brief cuts what would take too much room in a sentence.
func brief(s string) string {
	const most = 200
	n := 0
	for i := range s {
		if n++; n > most {
			return s[:i] + "…"
		}
	}
	return s
}

// Duration says a number of milliseconds as people read it, 250 ms, 3.01 s, 2 min 5 s, in the language that say translates to.
func Duration(say func(string) string, ms float64) string {
	unit, n, m := durationMS, "", ""
	switch s := int(ms/1000 + 0.5); {
	case ms < 999.5:
		n = strconv.FormatFloat(max(0, ms), 'f', 0, 64)
	case ms < 59_995:
		unit, n = durationS, strconv.FormatFloat(ms/1000, 'f', 2, 64)
	case s < 3600:
		unit, n, m = durationMin, strconv.Itoa(s/60), strconv.Itoa(s%60)
	default:
		unit, n, m = durationH, strconv.Itoa(s/3600), strconv.Itoa(s/60%60)
	}
	return fill(say(unit), func(name string) (string, bool) {
		if name == "m" {
			return m, true
		}
		return n, true
	})
}
