package seed

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
)

const pictureSide = 360

// picture draws a person's avatar: rings of two colours that are the person's.
func picture(person int) ([]byte, error) {
	random := rand.New(rand.NewPCG(360, uint64(person)))
	light, dark := hue(random, 128), hue(random, 0)
	ring := 12 + random.IntN(40)
	center := image.Pt(random.IntN(pictureSide), random.IntN(pictureSide))
	canvas := image.NewPaletted(image.Rect(0, 0, pictureSide, pictureSide), color.Palette{light, dark})
	for y := range pictureSide {
		for x := range pictureSide {
			d := image.Pt(x, y).Sub(center)
			if (d.X*d.X+d.Y*d.Y)/(ring*ring)%2 == 1 {
				canvas.SetColorIndex(x, y, 1)
			}
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, canvas); err != nil {
		return nil, fmt.Errorf("draw picture: %w", err)
	}
	return out.Bytes(), nil
}

// hue is a colour whose channels are from, at least.
func hue(random *rand.Rand, from int) color.RGBA {
	channel := func() uint8 { return uint8(from + random.IntN(128)) }
	return color.RGBA{R: channel(), G: channel(), B: channel(), A: 255}
}
