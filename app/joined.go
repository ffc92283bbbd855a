package main

import (
	"encoding/json"
	"strconv"
	"strings"

	"eventsource-playground/trace"
)

// joined is the text that comes in pieces: what a path finds in the data of each event, one after the other.
type joined struct {
	path    string // $ is the data as they are
	source  int    // whose events
	next    int    // Seq of the record that is looked at next
	text    strings.Builder
	pieces  int
	without int // events in which the path finds no text
	cut     int // pieces that are no longer joined
}

// mostJoined is how long the text becomes, in bytes.
const mostJoined = 1 << 20

// mostStep is how many records are looked at in one go.
const mostStep = 2000

// take joins what came of a source since, and reports whether there is more. With another path or source it begins again.
func (j *joined) take(path string, log *trace.Log, s *trace.Source) (more bool) {
	number := s.State().Source
	if path != j.path || number != j.source || j.next > log.End() {
		*j = joined{path: path, source: number}
	}
	if path == "" || number == 0 {
		return false
	}
	from := max(j.next, log.First())
	to := min(from+mostStep, log.End())
	for _, r := range log.Records(from, to) {
		if r.Source == number && r.Kind == trace.Message {
			j.add(r.Data)
		}
	}
	j.next = to
	return to < log.End()
}

func (j *joined) add(data string) {
	piece, ok := textAt(data, j.path)
	switch {
	case !ok:
		j.without++
	case j.text.Len()+len(piece) > mostJoined:
		j.cut++
	default:
		j.pieces++
		j.text.WriteString(piece)
	}
}

// textAt is the text, number or truth value at a path in JSON, such as choices[0].delta.content.
func textAt(data, path string) (text string, ok bool) {
	if path == "$" {
		return data, true
	}
	var value any
	if len(data) > maxJSONSize || json.Unmarshal([]byte(data), &value) != nil {
		return "", false
	}
	for _, step := range strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '[' || r == ']' }) {
		switch v := value.(type) {
		case map[string]any:
			value = v[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(v) {
				return "", false
			}
			value = v[i]
		default:
			return "", false
		}
	}
	switch v := value.(type) {
	case string:
		return v, true
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}

// suggest are the paths that most probably lead to a text in pieces: those to strings that are another in most events.
func suggest(data []string) []string {
	const most = 4
	texts := map[string]map[string]bool{}
	plain := 0
	for _, d := range data {
		var value any
		if len(d) > maxJSONSize || depth(d) > maxJSONDepth || json.Unmarshal([]byte(d), &value) != nil {
			plain++
			continue
		}
		leaves(value, "", func(path, text string) {
			if texts[path] == nil && len(texts) < 100 {
				texts[path] = map[string]bool{}
			}
			if texts[path] != nil {
				texts[path][text] = true
			}
		})
	}
	var paths []string
	if plain > len(data)/2 {
		paths = []string{"$"}
	}
	for len(texts) > 0 && len(paths) < most {
		best := ""
		for path := range texts {
			if n := len(texts[path]) - len(texts[best]); best == "" || n > 0 || n == 0 && path < best {
				best = path
			}
		}
		paths = append(paths, best)
		delete(texts, best)
	}
	return paths
}

// leaves yields the strings in a JSON value, each with its path.
func leaves(value any, path string, yield func(path, text string)) {
	switch v := value.(type) {
	case string:
		if path != "" {
			yield(path, v)
		}
	case map[string]any:
		for name, member := range v {
			leaves(member, strings.TrimPrefix(path+"."+name, "."), yield)
		}
	case []any:
		for i, element := range v {
			leaves(element, path+"["+strconv.Itoa(i)+"]", yield)
		}
	}
}
