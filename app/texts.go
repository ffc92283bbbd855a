package main

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"eventsource-playground/protocol"
)

// texts are what the page wants of its server: lists, lessons, scenarios, words. They come over the channel while that is
// up, because a browser that has six streams open sends no other request to their server.
var texts struct {
	channel *channel // nil: it was not opened yet
	wanted  map[int]wantedText
}

type wantedText struct {
	path string
	done func(text string)
}

// fetchText gets a text from our server; done gets an empty one where that fails.
func fetchText(path string, done func(text string)) {
	if c := texts.channel; c != nil && c.up {
		c.asked++
		if c.send(protocol.FromPage{ID: c.asked, Get: path}) {
			texts.wanted[c.asked] = wantedText{path, done}
			return
		}
	}
	requestText(path, done)
}

// fetchOver has texts come over a channel.
func fetchOver(c *channel) { texts.channel, texts.wanted = c, map[int]wantedText{} }

// gotText takes in what came over it.
func gotText(got protocol.Got) {
	if wanted, ok := texts.wanted[got.ID]; ok {
		delete(texts.wanted, got.ID)
		wanted.done(got.Text)
	}
}

// requestTexts requests what will not come over the channel any more.
func requestTexts() {
	lost := texts.wanted
	texts.wanted = map[int]wantedText{}
	for _, wanted := range lost {
		requestText(wanted.path, wanted.done)
	}
}

// requestText is fetchText as a request of its own.
func requestText(path string, done func(text string)) {
	request(path, nil, func(status int, text string) {
		if !succeeded(status) {
			text = ""
		}
		done(text)
	})
}

// request makes a request of this page's own server. status is 0 if there is no response, or none that is whole.
func request(path string, options map[string]any, done func(status int, text string)) {
	await(app.Window().Call("fetch", path, options), func(response app.Value, ok bool) {
		if !ok {
			done(0, "")
			return
		}
		await(response.Call("text"), func(text app.Value, ok bool) {
			if !ok {
				done(0, "")
				return
			}
			done(response.Get("status").Int(), text.String())
		})
	})
}

// succeeded reports whether a status says so, as Response.ok does.
func succeeded(status int) bool { return 200 <= status && status <= 299 }
