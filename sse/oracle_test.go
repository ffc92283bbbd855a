package sse

import (
	"slices"
	"strings"
)

// oracle is the two standards word for word, without a thought for speed or chunks: the Decoder must agree with it.
func oracle(stream []byte, lastEventID string) decoded {
	out := decoded{LastEventID: lastEventID}
	text := strings.TrimPrefix(string(oracleUTF8(stream)), "\uFEFF")
	lines := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text), "\n")

	var data, eventType string
	id := lastEventID
	for _, line := range lines[:len(lines)-1] { // the last one has no end
		field, value := line, ""
		if i := strings.IndexByte(line, ':'); i >= 0 {
			field, value = line[:i], line[i+1:]
			if field == "" {
				out.Comments = append(out.Comments, value)
				continue
			}
			if value != "" && value[0] == ' ' {
				value = value[1:]
			}
		}
		switch field {
		case "":
			out.LastEventID = id
			if data != "" {
				if eventType == "" {
					eventType = "message"
				}
				out.Events = append(out.Events, Event{eventType, data[:len(data)-1], id})
			}
			data, eventType = "", ""
		case "event":
			eventType = value
		case "data":
			data += value + "\n"
		case "id":
			if !slices.Contains([]byte(value), 0) {
				id = value
			}
		case "retry":
			digits := value != ""
			for _, r := range value {
				digits = digits && '0' <= r && r <= '9'
			}
			if digits {
				out.Retry = trimZeros(value)
			}
		}
	}
	return out
}

// oracleUTF8 is the UTF-8 decoder of the Encoding standard, 8.1.1.
func oracleUTF8(stream []byte) []rune {
	var out []rune
	var point rune
	var seen, needed int
	lower, upper := byte(0x80), byte(0xBF)
	for i := 0; i < len(stream); i++ {
		b := stream[i]
		if needed == 0 {
			switch {
			case b <= 0x7F:
				out = append(out, rune(b))
			case 0xC2 <= b && b <= 0xDF:
				needed, point = 1, rune(b&0x1F)
			case 0xE0 <= b && b <= 0xEF:
				if b == 0xE0 {
					lower = 0xA0
				}
				if b == 0xED {
					upper = 0x9F
				}
				needed, point = 2, rune(b&0xF)
			case 0xF0 <= b && b <= 0xF4:
				if b == 0xF0 {
					lower = 0x90
				}
				if b == 0xF4 {
					upper = 0x8F
				}
				needed, point = 3, rune(b&0x7)
			default:
				out = append(out, '\uFFFD')
			}
			continue
		}
		inRange := lower <= b && b <= upper
		lower, upper = 0x80, 0xBF
		if !inRange {
			out = append(out, '\uFFFD')
			seen, needed = 0, 0
			i-- // read it again
			continue
		}
		point = point<<6 | rune(b&0x3F)
		if seen++; seen == needed {
			out = append(out, point)
			seen, needed = 0, 0
		}
	}
	if needed != 0 {
		out = append(out, '\uFFFD')
	}
	return out
}
