package main

// nativeLessons are about the browser's own object, with the reason: the Go engine would show something else.
var nativeLessons = map[string]string{
	"cors-missing": later("EventSource gives up where CORS does not let it read; fetch does not say that it was CORS, so the Go engine tries again."),
	"fetch-beside": later("It compares EventSource with a plain fetch."),
}
