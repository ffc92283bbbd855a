package main

import (
	"encoding/base64"
	"slices"
	"strings"
)

// curl is what a curl command sends.
type curl struct {
	url     string
	method  string // "": GET
	headers []header
	body    string
	rest    bool // it says more that matters, and that a page cannot do
}

// readCurl reads a curl command; ok is false for anything else. To curl, localhost:3000 is an address, too.
func readCurl(typed string) (c curl, ok bool) {
	words := shellWords(typed)
	if len(words) == 0 || words[0] != "curl" {
		return curl{}, false
	}
	fallback := ""
	for i := 1; i < len(words); i++ {
		option, value := words[i], ""
		if !strings.HasPrefix(option, "-") {
			if strings.HasPrefix(option, "http://") || strings.HasPrefix(option, "https://") {
				c.url = option
			} else if fallback == "" {
				fallback = withoutScheme(option)
			}
			continue
		}
		if name, after, cut := strings.Cut(option, "="); cut && strings.HasPrefix(option, "--") {
			option, value = name, after
		} else if len(option) > 2 && slices.Contains([]string{"-X", "-H", "-d", "-u"}, option[:2]) {
			option, value = option[:2], option[2:]
		} else if takesValue(option) && i+1 < len(words) {
			i++
			value = words[i]
		}
		c.take(option, value)
	}
	if c.url == "" {
		c.url = fallback
	}
	return c, c.url != ""
}

// takesValue reports whether the next word belongs to an option.
func takesValue(option string) bool {
	switch option {
	case "-X", "--request", "-H", "--header", "-d", "--data", "--data-raw", "--data-binary", "--data-ascii", "--json", "-u", "--user", "--url",
		"-e", "--referer", "-x", "--proxy", "-A", "--user-agent", "-b", "--cookie", "-o", "--output", "-m", "--max-time", "--connect-timeout", "-F", "--form":
		return true
	}
	return false
}

func (c *curl) take(option, value string) {
	post := func() {
		if c.method == "" {
			c.method = "POST"
		}
	}
	switch option {
	case "-X", "--request":
		c.method = value
	case "-H", "--header":
		name, text, _ := strings.Cut(value, ":")
		c.headers = append(c.headers, header{Name: strings.TrimSpace(name), Value: strings.TrimSpace(text)})
	case "-d", "--data", "--data-raw", "--data-binary", "--data-ascii":
		if c.body != "" {
			c.body += "&"
		}
		c.body += value
		post()
	case "--json":
		c.body = value
		c.headers = append(c.headers, header{Name: "Content-Type", Value: "application/json"})
		post()
	case "-u", "--user":
		c.headers = append(c.headers, header{Name: "Authorization", Value: "Basic " + base64.StdEncoding.EncodeToString([]byte(value))})
	case "--url":
		c.url = value
	case "-b", "--cookie", "-F", "--form", "-x", "--proxy", "-e", "--referer", "-A", "--user-agent", "-k", "--insecure":
		c.rest = true
	}
}

// asks reports whether it sends what an EventSource cannot.
func (c curl) asks() bool { return c.method != "" || c.headers != nil || c.body != "" }

// useCurl sets the page up as a curl command says.
func (m *model) useCurl(c curl) {
	s := m.connection.setup
	s.URL = c.url
	if c.asks() {
		s.Engine, s.Method, s.Headers, s.Body = true, c.method, c.headers, c.body
	}
	m.change(s)
	m.connection.notice = func() string {
		said := []string{say("This is the address of the curl command.")}
		if c.asks() {
			said = []string{say("This is what the curl command sends; EventSource could not, so the Go engine does.")}
		}
		if c.rest {
			said = append(said, say("Cookies, forms, a proxy and the like are left out: no script may set them."))
		}
		return sentences(said)
	}
}

// shellWords are a command's words as a shell reads them, with its quotes and backslashes taken away.
func shellWords(command string) (words []string) {
	var word strings.Builder
	quote, begun := byte(0), false
	for i := 0; i < len(command); i++ {
		c := command[i]
		switch {
		case quote == 0 && (c == ' ' || c == '\t' || c == '\n' || c == '\r'):
			if begun {
				words = append(words, word.String())
				word.Reset()
			}
			begun = false
			continue
		case c == '\\' && quote != '\'' && i+1 < len(command):
			if i++; command[i] == '\n' {
				continue // the line goes on
			}
			word.WriteByte(command[i])
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
		case quote != 0 && c == quote:
			quote = 0
		default:
			word.WriteByte(c)
		}
		begun = true
	}
	if begun {
		words = append(words, word.String())
	}
	return words
}
