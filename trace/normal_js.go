package trace

import "syscall/js"

var normalize = js.Global().Get("String").Get("prototype").Get("normalize")

// normal is a text in Unicode's normal form C, as the browser makes it: tables for that would be much to load.
func normal(s string) string { return normalize.Call("call", s).String() }
