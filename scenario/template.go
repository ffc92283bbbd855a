package scenario

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"eventsource-playground/scenario/picture"
)

// A template is text with placeholders in it.
type template []piece

// A piece is a placeholder, or text as it is.
type piece struct {
	text      string // for plain; of header the name, in lower case; of body what begins each line after its first, "" if it stays one
	low, high int32  // for random: at most maxNumber; of generated low is how many bytes
	kind      holder
}

type holder uint8

const (
	plain       holder = iota
	counter            // {n}: the round of the repeat
	clock              // {time}
	attempt            // {attempt}
	lastEventID        // {last-event-id}
	random             // {random 1-6}
	method             // {method}
	header             // {header X-Name}
	body               // {body}
	generated          // {bytes 65536}, in == expect only: Base64 of so many bytes of the picture
)

const timeLayout = "2006-01-02T15:04:05.000Z"

// parseTemplate finds the placeholders. Any other brace is text. bad is where a {random or {header is not a placeholder, or -1.
func parseTemplate(text string) (t template, bad int) {
	done := 0
	for i := 0; i < len(text); i++ {
		if text[i] != '{' {
			continue
		}
		p, size := placeholder(text[i:])
		switch {
		case size > 0:
			t = append(t.plain(text[done:i]), p)
			done = i + size
			i = done - 1
		case strings.HasPrefix(text[i:], "{random "), strings.HasPrefix(text[i:], "{header "):
			return nil, i
		}
	}
	return t.plain(text[done:]), -1
}

// badPlaceholder says what to change at the start of s.
func badPlaceholder(s string) string {
	name, ok := strings.CutPrefix(s, "{header ")
	if !ok {
		return "this random number is not possible: write two whole numbers, the lower one first, such as {random 1-6}"
	}
	name, _, ok = strings.Cut(name, "}")
	if why := unseen(name); ok && why != "" {
		return why
	}
	return "this header is not possible: write one such as {header X-Name}"
}

// placeholder reads one at the start of s; size is 0 if there is none.
func placeholder(s string) (p piece, size int) {
	end := strings.IndexByte(s[:min(len(s), len("{header }")+maxName)], '}')
	if end < 0 {
		return p, 0
	}
	switch name := s[1:end]; name {
	case "n":
		p.kind = counter
	case "time":
		p.kind = clock
	case "attempt":
		p.kind = attempt
	case "last-event-id":
		p.kind = lastEventID
	case "method":
		p.kind = method
	case "body":
		p.kind = body
	default:
		if of, ok := strings.CutPrefix(name, "header "); ok {
			if unseen(of) != "" {
				return p, 0
			}
			p.kind, p.text = header, strings.ToLower(of)
			return p, end + 1
		}
		if of, ok := strings.CutPrefix(name, "bytes "); ok {
			n, _ := strconv.Atoi(of)
			if !isNumber(of) || n < 1 || n > maxPicture {
				return p, 0
			}
			p.kind, p.low = generated, int32(n)
			return p, end + 1
		}
		bounds, ok := strings.CutPrefix(name, "random ")
		low, high, both := strings.Cut(bounds, "-")
		if !ok || !both || !isNumber(low) || !isNumber(high) {
			return p, 0
		}
		p.kind = random
		least, _ := strconv.Atoi(low)
		most, _ := strconv.Atoi(high)
		if least > most || most > maxNumber {
			return p, 0
		}
		p.low, p.high = int32(least), int32(most)
	}
	return p, end + 1
}

// isNumber reports whether s is a whole number as {n} writes it: 7, not 07.
func isNumber(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n >= 0 && strconv.Itoa(n) == s
}

// plain appends text as it is.
func (t template) plain(text string) template {
	if text == "" {
		return t
	}
	return append(t, piece{text: text})
}

func (t template) has(kind holder) bool {
	for _, p := range t {
		if p.kind == kind {
			return true
		}
	}
	return false
}

// size is the maximum length of what t becomes, in bytes.
func (t template) size() (n int) {
	for _, p := range t {
		switch p.kind {
		case plain:
			n += len(p.text)
		case clock:
			n += len(timeLayout)
		case generated:
			n += len("{bytes 131072}")
		case lastEventID:
			n += maxID
		case header:
			n += maxHeader + len(cut)
		case body:
			n += maxEcho + len(cut)
		default:
			n += len("1000000000")
		}
	}
	return n
}

// appendTo fills the placeholders in.
func (t template) appendTo(b []byte, n int, r *Request) []byte {
	for _, p := range t {
		switch p.kind {
		case plain:
			b = append(b, p.text...)
		case counter:
			b = strconv.AppendInt(b, int64(n), 10)
		case clock:
			b = r.now().AppendFormat(b, timeLayout)
		case attempt:
			b = strconv.AppendInt(b, int64(r.Attempt), 10)
		case lastEventID:
			b = append(b, r.LastEventID[:min(len(r.LastEventID), maxID)]...)
		case random:
			b = strconv.AppendInt(b, int64(p.low)+int64(r.random(int(p.high-p.low)+1)), 10)
		case method:
			b = append(b, r.method()...)
		case header:
			b = append(b, echoed(p.text, r.header[p.text])...)
		case body:
			b = appendLines(b, r.Body, p.text)
		}
	}
	return b
}

// matches reports whether s is what t could have become in round n.
func (t template) matches(s string, n int) bool {
	for _, p := range t {
		var ok bool
		switch p.kind {
		case plain:
			s, ok = strings.CutPrefix(s, p.text)
		case counter:
			s, ok = strings.CutPrefix(s, strconv.Itoa(n))
		case clock:
			size := min(len(s), len(timeLayout))
			_, err := time.Parse(timeLayout, s[:size])
			s, ok = s[size:], err == nil
		case attempt:
			s, ok = cutNumber(s, 1, maxNumber)
		case lastEventID, header, body:
			s, ok = "", true
		case generated:
			s, ok = cutPicture(s, int(p.low), n)
		case method:
			if s, ok = strings.CutPrefix(s, "POST"); !ok {
				s, ok = strings.CutPrefix(s, "GET")
			}
		case random:
			s, ok = cutNumber(s, int(p.low), int(p.high))
		}
		if !ok {
			return false
		}
	}
	return s == ""
}

// cutPicture cuts Base64 of so many bytes of the picture off, wherever in it they begin. Most likely they are those of round n.
func cutPicture(s string, size, n int) (rest string, ok bool) {
	end := base64.StdEncoding.EncodedLen(size)
	if len(s) < end {
		return "", false
	}
	b, err := base64.StdEncoding.DecodeString(s[:end])
	return s[end:], err == nil && picture.Index(b, (n-1)*size) >= 0
}

func cutNumber(s string, low, high int) (rest string, ok bool) {
	rest = strings.TrimLeft(s, "0123456789")
	digits := s[:len(s)-len(rest)]
	n, _ := strconv.Atoi(digits)
	return rest, isNumber(digits) && low <= n && n <= high
}
