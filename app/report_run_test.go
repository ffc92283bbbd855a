package main

import "testing"

func TestABrowserIsKnownByItsUserAgent(t *testing.T) {
	const like = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
	for _, test := range []struct{ name, agent, browser, version string }{
		{"Chromium", like + "Chrome/156.0.0.0 Safari/537.36", "Chromium", "156"},
		{"Chromium without a window", like + "HeadlessChrome/156.0.0.0 Safari/537.36", "Chromium", "156"},
		{"Edge, which also says Chrome", like + "Chrome/156.0.0.0 Safari/537.36 Edg/156.0.1.2", "Edge", "156"},
		{"Firefox", "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0", "Firefox", "153"},
		{"Safari, which says Version", "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15", "Safari", "26"},
		{"a version at the end", "x Firefox/7", "Firefox", "7"},
		{"any other", "curl/8", "Browser", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if browser, version := browserOf(test.agent); browser != test.browser || version != test.version {
				t.Errorf("got %q %q; want %q %q", browser, version, test.browser, test.version)
			}
		})
	}
}
