// Package picture makes bytes without end, each from its place alone: what a scenario sends that says @bytes. They are the
// pixels of a grey picture, over and over, so that whoever gets them sees at once what is missing or torn.
//
// The picture is this project's three dots, light on dark. The top bit of a pixel is the picture, its seven other bits are noise.
// So it is as dense as a photograph's file: gzip makes little of the bytes, and of their Base64 what Base64 has added.
package picture

// The picture's size, in pixels of one byte each.
const (
	Width  = 1024
	Height = 1024
	Size   = Width * Height
)

// At is byte i, from 0. After Size bytes they begin anew.
func At(i int) byte {
	i &= Size - 1
	noise := uint32(i) * 0x9E3779B1
	noise = (noise ^ noise>>15) * 0x85EBCA6B
	b := byte(noise >> 25)
	const radius, apart, first = 144, 352, 160 // of dots whose centres are in a row, in the middle
	x, y := (i%Width+apart/2-first+apart)%apart-apart/2, i/Width-Height/2
	if x*x+y*y <= radius*radius {
		b |= 0x80
	}
	return b
}

// Append appends n bytes, from byte i on.
func Append(b []byte, i, n int) []byte {
	for range n {
		b = append(b, At(i))
		i++
	}
	return b
}

// Index is where b can be found, from 0 to Size-1, or -1. It looks at the place near first, and then at those that follow.
func Index(b []byte, near int) int {
	for i := range Size {
		if i = (near + i) & (Size - 1); at(b, i) {
			return i
		}
	}
	return -1
}

func at(b []byte, i int) bool {
	for k, c := range b {
		if c != At(i+k) {
			return false
		}
	}
	return true
}
