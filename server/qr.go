package main

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"

	qr "github.com/piglig/go-qr"

	"eventsource-playground/language"
	"eventsource-playground/server/quota"
	"eventsource-playground/server/refuse"
	"eventsource-playground/server/rooms"
)

// serveQR is GET /rooms/{name}/qr.svg: the address of the room's page as a QR code, for other machines, with a title in the
// language that ?lang asks for.
func serveQR(rooms *rooms.Rooms, others reach) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := r.PathValue("name")
		found, refused := rooms.Join(r.Context(), quota.AddressOf(r), name, "")
		if refused != nil {
			refused.Write(w)
			return
		}
		found.Release()
		address := others.page(r, name)
		picture, err := drawQR(address, titleOf(address, language.Of(r.URL.Query().Get("lang"))))
		if err != nil {
			refuse.New(http.StatusInternalServerError, "No QR code can be drawn of %s: %v.", refuse.Quote(address), err).Write(w)
			return
		}
		w.Header().Set("Content-Type", "image/svg+xml")
		w.Header().Set("Cache-Control", "no-store")
		w.Write([]byte(picture))
	})
}

func titleOf(address string, in *language.Language) string {
	if in.Code == "zh" {
		return "二维码：" + address
	}
	return "QR code: " + address
}

const (
	quiet  = 4 // modules around it, as ISO/IEC 18004 wants them
	module = 8 // CSS pixels, unless the page says something else
)

// drawQR is a QR code as SVG, black on white, whatever stands around it.
func drawQR(text, title string) (string, error) {
	code, err := qr.EncodeText(text, qr.Medium)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	size := code.Size() + 2*quiet
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" shape-rendering="crispEdges" role="img"><title>`,
		size*module, size*module, size, size)
	xml.EscapeText(&b, []byte(title))
	fmt.Fprintf(&b, `</title><path fill="#fff" d="M0 0h%dv%dH0z"/><path fill="#000" d="`, size, size)
	for y := range code.Size() {
		for x := 0; x < code.Size(); x++ {
			from := x
			for code.Module(x, y) {
				x++
			}
			if x > from {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", from+quiet, y+quiet, x-from, x-from)
			}
		}
	}
	b.WriteString(`"/></svg>` + "\n")
	return b.String(), nil
}
