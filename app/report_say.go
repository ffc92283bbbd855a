package main

import "strings"

// Until the page's languages are here; then this file goes.

const chinese = "zh"

var language = "en"

func fill(text string, values ...string) string {
	for i := 0; i < len(values); i += 2 {
		text = strings.ReplaceAll(text, values[i], values[i+1])
	}
	return text
}
