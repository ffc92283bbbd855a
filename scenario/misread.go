package scenario

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// What other keyboards, and programs that correct what is typed, put where the notation has its own character.
var (
	likeComma = []rune{'，', '、', '､', '﹐', '،', '؛', ';', '；'}
	likeQuote = []rune{'“', '”', '„', '‟', '‘', '’', '‚', '«', '»', '「', '」', '『', '』', '＂', '＇', '`'}
	likeStart = strings.NewReplacer("＝", "=", "＠", "@", "＃", "#")
)

// separated refuses a part of a list that holds what looks like its comma.
func (c *cursor) separated(pos int, part string) {
	if i := strings.IndexFunc(part, func(r rune) bool { return slices.Contains(likeComma, r) }); i >= 0 {
		r, _ := utf8.DecodeRuneInString(part[i:])
		c.fail(pos+i, string(r)+" does not separate anything here: write a comma, or put what contains it in quotes")
	}
	c.bare(pos, part)
}

// bare refuses what stands without quotes, and looks as if it had some or had fewer characters than it has.
func (c *cursor) bare(pos int, word string) {
	trimmed := strings.TrimSpace(word)
	at := pos + strings.Index(word, trimmed)
	if r, _ := utf8.DecodeRuneInString(trimmed); slices.Contains(likeQuote, r) {
		c.fail(at, string(r)+` is not a quote here: write "…", or '…' without escapes`)
	}
	if i := strings.IndexFunc(trimmed, hidden); i >= 0 {
		r, _ := utf8.DecodeRuneInString(trimmed[i:])
		c.fail(at+i, "a character here cannot be seen: remove it, or write it in quotes as "+strings.Trim(quote(string(r)), `"`))
	}
}

// misread says what is wrong with a line that would be sent, though it looks as if it meant something; "": nothing.
func misread(line string) string {
	line, _ = strings.CutSuffix(line, "\n")
	look := likeStart.Replace(strings.TrimSpace(line))
	is := func(start string) bool { return strings.HasPrefix(look, start) && !strings.HasPrefix(line, start) }
	switch name, _, _ := strings.Cut(look, " "); {
	case is("=="):
		return "this line would be sent as it is: begin it with == for a new section, or send it with @raw"
	case is("#"):
		return "this line would be sent as it is: begin it with # for a comment, or send it with @raw"
	case is("@"):
		for _, d := range directiveNames() {
			if name == "@"+d {
				return "this line would be sent as it is: begin it with @" + d + " for the directive, or send it with @raw"
			}
		}
	}
	return ""
}
