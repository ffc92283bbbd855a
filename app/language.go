package main

import "strconv"

// language and say stand in for the page's languages, which are made elsewhere.
var language = "en"

func say(text string) string    { return text }
func seconds(ms float64) string { return strconv.FormatFloat(ms/1000, 'f', 3, 64) + " s" }
