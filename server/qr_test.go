package main

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"image"
	"image/color"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	qr "github.com/piglig/go-qr"
)

// drawing is the SVG of a QR code.
type drawing struct {
	Width   int    `xml:"width,attr"`
	ViewBox string `xml:"viewBox,attr"`
	Role    string `xml:"role,attr"`
	Title   string `xml:"title"`
	Paths   []struct {
		Fill string `xml:"fill,attr"`
		D    string `xml:"d,attr"`
	} `xml:"path"`
}

// read is what a camera would see.
func (d drawing) read(t *testing.T) string {
	t.Helper()
	var size int
	if _, err := fmt.Sscanf(d.ViewBox, "0 0 %d", &size); err != nil || len(d.Paths) != 2 || d.Paths[0].Fill != "#fff" || d.Paths[1].Fill != "#000" {
		t.Fatalf("got view box %q and paths %+v; want black on white", d.ViewBox, d.Paths)
	}
	if want := fmt.Sprintf("M0 0h%dv%dH0z", size, size); d.Paths[0].D != want {
		t.Errorf("got the background %q; want %q", d.Paths[0].D, want)
	}
	const scale = 4
	picture := image.NewGray(image.Rect(0, 0, size*scale, size*scale))
	for i := range picture.Pix {
		picture.Pix[i] = 255
	}
	for _, run := range regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`).FindAllStringSubmatch(d.Paths[1].D, -1) {
		var n [4]int
		for i := range n {
			n[i], _ = strconv.Atoi(run[i+1])
		}
		if n[2] != n[3] || n[0] < 4 || n[1] < 4 || n[0]+n[2] > size-4 || n[1] >= size-4 {
			t.Fatalf("got %s; want it within the quiet zone", run[0])
		}
		for y := range scale {
			for x := range n[2] * scale {
				picture.SetGray(n[0]*scale+x, n[1]*scale+y, color.Gray{})
			}
		}
	}
	text, err := qr.Decode(picture)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// draw requests a QR code, under a name of the server.
func draw(t *testing.T, p *program, host, path string) (*http.Response, drawing) {
	t.Helper()
	conn := p.dial(t)
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", path, host)
	reply, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	var d drawing
	if reply.StatusCode == http.StatusOK {
		if err := xml.Unmarshal([]byte(text(t, reply)), &d); err != nil {
			t.Fatal(err)
		}
	}
	return reply, d
}

func TestARoomsAddressIsAQRCode(t *testing.T) {
	addresses, _ := net.InterfaceAddrs()
	lan := reachable(addresses, outward())
	beside := "http://localhost:PORT" // of a machine without a network
	if len(lan) > 0 {
		beside = "http://" + net.JoinHostPort(lan[0], "PORT")
	}
	for _, test := range []struct {
		name, host, lang string
		args             []string
		address, title   string
	}{
		{"only this machine", "localhost:PORT", "", nil, "http://localhost:PORT", "QR code: "},
		{"in Chinese", "localhost:PORT", "zh", nil, "http://localhost:PORT", "二维码："},
		{"other machines, opened here", "localhost:PORT", "en", []string{"-addr", ":0"}, beside, "QR code: "},
		{"other machines, opened here by its address", "[::1]:PORT", "en", []string{"-addr", ":0"}, beside, "QR code: "},
		{"other machines, opened there", "192.0.2.7:PORT", "en", []string{"-addr", ":0"}, "http://192.0.2.7:PORT", "QR code: "},
		{"a public URL", "localhost:PORT", "en", []string{"-public-url", "https://sse.example.org"}, "https://sse.example.org", "QR code: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := start(t, test.args...)
			at, err := url.Parse(p.url)
			if err != nil {
				t.Fatal(err)
			}
			r := makeRoom(t, p)
			want := strings.ReplaceAll(test.address, "PORT", at.Port()) + "/?room=" + r.Room
			reply, d := draw(t, p, strings.ReplaceAll(test.host, "PORT", at.Port()), "/rooms/"+r.Room+"/qr.svg?lang="+test.lang)
			if reply.Header.Get("Content-Type") != "image/svg+xml" || reply.Header.Get("X-Content-Type-Options") != "nosniff" || reply.Header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("got %d with header %v; want a picture of this origin's", reply.StatusCode, reply.Header)
			}
			if got := d.read(t); got != want {
				t.Errorf("got a code of %q; want %q", got, want)
			}
			if d.Role != "img" || d.Title != test.title+want || d.Width < 200 {
				t.Errorf("got role %s, title %q, width %d; want the address of an image", d.Role, d.Title, d.Width)
			}
		})
	}
}

func TestWhatHasNoQRCode(t *testing.T) {
	p := start(t)
	r := makeRoom(t, p)
	for _, test := range []struct {
		name, method, path string
		status             int
		want               string
	}{
		{"a room that is not there", "GET", "/rooms/calm-nowhere/qr.svg", 404, `There is no room "calm-nowhere"`},
		{"another method", "POST", "/rooms/" + r.Room + "/qr.svg", 405, "use GET"},
		{"another picture", "GET", "/rooms/" + r.Room + "/qr.png", 405, "use POST"},
	} {
		t.Run(test.name, func(t *testing.T) {
			reply := p.do(t, test.method, test.path)
			if got := text(t, reply); reply.StatusCode != test.status || !strings.Contains(got, test.want) || strings.Count(got, "\n") != 1 {
				t.Errorf("got %d %q; want %d and one sentence with %q", reply.StatusCode, got, test.status, test.want)
			}
		})
	}
}
