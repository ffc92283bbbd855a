package picture

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"testing"
)

func TestThePictureIsThreeDots(t *testing.T) {
	for _, test := range []struct {
		name  string
		x, y  int
		light bool
	}{
		{"the first dot's centre", 160, 512, true},
		{"its left end", 16, 512, true},
		{"left of it", 15, 512, false},
		{"its upper end", 160, 368, true},
		{"above it", 160, 367, false},
		{"between two dots", 336, 512, false},
		{"the second dot's centre", 512, 512, true},
		{"the third dot's right end", 1008, 512, true},
		{"right of it", 1009, 512, false},
		{"the first pixel", 0, 0, false},
		{"the last pixel", 1023, 1023, false},
	} {
		if got := At(test.y*Width+test.x) >= 0x80; got != test.light {
			t.Errorf("%s: got light %v; want %v", test.name, got, test.light)
		}
	}
}

func TestBytesBeginAnewAfterThePicture(t *testing.T) {
	all := Append(nil, 0, Size)
	if got := Append(nil, Size-2, 4); !bytes.Equal(got, []byte{all[Size-2], all[Size-1], all[0], all[1]}) {
		t.Errorf("got %v; want the last two and the first two", got)
	}
	for _, from := range []int{0, 5, 65536, Size - 100} {
		if got := Index(Append(nil, from, 200), from-1); got != from {
			t.Errorf("got %d; want %d", got, from)
		}
	}
	if got := Index(make([]byte, 20), 7); got >= 0 {
		t.Errorf("got zeros at %d; want them nowhere", got)
	}
}

// What the comparison of Base64 with binary rests on: see the package's comment.
func TestHowWellThePictureIsCompressed(t *testing.T) {
	all := Append(nil, 0, Size)
	packed := func(b []byte) float64 {
		var out bytes.Buffer
		w := gzip.NewWriter(&out)
		w.Write(b)
		w.Close()
		return float64(out.Len()) / Size
	}
	text := []byte(base64.StdEncoding.EncodeToString(all))
	for _, test := range []struct {
		name        string
		got         float64 // of the picture's size
		least, most float64
	}{
		{"binary", packed(all), 0.87, 0.92},
		{"Base64", float64(len(text)) / Size, 1.33, 1.34},
		{"compressed Base64", packed(text), 0.95, 1.02},
	} {
		t.Logf("%s: %.3f", test.name, test.got)
		if test.got < test.least || test.got > test.most {
			t.Errorf("%s: got %.3f times its size; want %v to %v", test.name, test.got, test.least, test.most)
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	buf := make([]byte, 0, 1<<16)
	b.SetBytes(1 << 16)
	for range b.N {
		buf = Append(buf[:0], 0, 1<<16)
	}
}
