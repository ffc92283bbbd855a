package main

func say(s string) string { return s }
