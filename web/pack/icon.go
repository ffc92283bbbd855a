package main

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
)

// mark is icon.svg: circles in a square whose side is 64. The PNGs that phones ask for are drawn from it.
type mark struct {
	Circles []dot `xml:"circle"`
}

// dot is one circle of the mark.
type dot struct {
	X    float64 `xml:"cx,attr"`
	Y    float64 `xml:"cy,attr"`
	R    float64 `xml:"r,attr"`
	Fill string  `xml:"fill,attr"`
}

// addIcons adds the icon and the PNGs drawn from it.
func addIcons(files map[string][]byte, svg []byte) error {
	var m mark
	if err := xml.Unmarshal(svg, &m); err != nil {
		return fmt.Errorf("icon.svg: %w", err)
	}
	files["web/icon.svg"] = svg
	for _, icon := range []struct {
		name  string
		size  int
		scale float64 // of the mark: a maskable icon may be cut to the circle of 0.8 of its width
	}{
		{"web/icon-192.png", 192, 0.9},
		{"web/icon-512.png", 512, 0.9},
		{"web/icon-maskable.png", 512, 0.7},
	} {
		drawn, err := m.png(icon.size, icon.scale)
		if err != nil {
			return fmt.Errorf("icon.svg: %w", err)
		}
		files[icon.name] = drawn
	}
	return nil
}

// png draws the mark in the middle of a white square.
func (m mark) png(size int, scale float64) ([]byte, error) {
	square := image.NewRGBA(image.Rect(0, 0, size, size))
	draw.Draw(square, square.Rect, image.White, image.Point{}, draw.Src)
	unit := float64(size) / 64 * scale
	middle := float64(size) / 2
	for _, c := range m.Circles {
		fill := color.RGBA{A: 0xff}
		if _, err := fmt.Sscanf(c.Fill, "#%02x%02x%02x", &fill.R, &fill.G, &fill.B); err != nil {
			return nil, fmt.Errorf("fill %q: %w", c.Fill, err)
		}
		disc := disc{middle + (c.X-32)*unit, middle + (c.Y-32)*unit, c.R * unit}
		box := disc.Bounds()
		draw.DrawMask(square, box, image.NewUniform(fill), image.Point{}, disc, box.Min, draw.Over)
	}
	var b bytes.Buffer
	err := png.Encode(&b, square)
	return b.Bytes(), err
}

// disc is a mask that lets a circle through, its rim softened over one pixel.
type disc struct{ x, y, r float64 }

func (d disc) ColorModel() color.Model { return color.AlphaModel }
func (d disc) Bounds() image.Rectangle {
	return image.Rect(int(d.x-d.r)-1, int(d.y-d.r)-1, int(d.x+d.r)+2, int(d.y+d.r)+2)
}
func (d disc) At(x, y int) color.Color {
	distance := math.Hypot(float64(x)+0.5-d.x, float64(y)+0.5-d.y)
	return color.Alpha{A: uint8(255 * min(1, max(0, d.r-distance+0.5)))}
}
