package main

import (
	"net/url"
	"strings"

	"eventsource-playground/protocol"
)

// Secrets are the values of what looks as if it held one. They are masked on screen until they are shown, and enter no link, no
// record, no export and no storage.

// withoutSecrets is an address with something else in place of its secrets: the values of parameters, user and password. Where
// that is "", user and password are left out whole.
func withoutSecrets(address, instead string) string {
	address = withoutUser(address, instead)
	path, query, fragment := cutAddress(address)
	if query == "" {
		return address
	}
	parts := strings.Split(query, "&")
	for i, part := range parts {
		if name, value, _ := strings.Cut(part, "="); value != "" && isSecretParameter(name) {
			parts[i] = name + "=" + instead
		}
	}
	return path + "?" + strings.Join(parts, "&") + fragment
}

func isSecretParameter(name string) bool {
	if unescaped, err := url.QueryUnescape(name); err == nil {
		name = unescaped
	}
	return protocol.LooksSecret(name)
}

func withoutUser(address, instead string) string {
	start := strings.Index(address, "//")
	if start < 0 {
		return address
	}
	start += len("//")
	end := start + len(address[start:])
	if i := strings.IndexAny(address[start:], `/\?#`); i >= 0 {
		end = start + i
	}
	at := strings.LastIndexByte(address[start:end], '@')
	if at < 0 {
		return address
	}
	if instead != "" {
		instead += "@"
	}
	return address[:start] + instead + address[start+at+1:]
}

// missing are the names of the secrets of a set-up that have no value, as one has that came by a link.
func missing(s Setup) (names []string) {
	_, query, _ := cutAddress(s.URL)
	for part := range strings.SplitSeq(query, "&") {
		if name, value, is := strings.Cut(part, "="); is && value == "" && isSecretParameter(name) {
			names = append(names, name)
		}
	}
	if s.Engine {
		for _, h := range s.Headers {
			if h.Value == "" && protocol.LooksSecret(h.Name) {
				names = append(names, h.Name)
			}
		}
	}
	return names
}
