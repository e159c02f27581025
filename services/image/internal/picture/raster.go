package picture

import (
	"image"
	"image/draw"
)

// raster is a decoded picture on a transparent canvas, which is never built:
// the frame of an animation may be a pixel in 50 million.
type raster struct {
	picture image.Image
	at      image.Point
	size    image.Point
	// stored is where each row of the picture is; nil where they are in order.
	stored []int
}

func whole(picture image.Image) raster {
	return raster{picture: picture, size: picture.Bounds().Size()}
}

// covers says whether there is canvas around the picture.
func (r raster) covers() bool {
	return r.at == (image.Point{}) && r.size == r.picture.Bounds().Size()
}

// band draws the rows from y on into band, premultiplied.
func (r raster) band(band *image.RGBA, y int) {
	if !r.covers() {
		clear(band.Pix)
	}
	r.draw(band, image.Pt(0, y))
}

// draw draws what out shows of the canvas from origin on.
func (r raster) draw(out draw.Image, origin image.Point) {
	bounds := r.picture.Bounds()
	target := image.Rectangle{Min: r.at, Max: r.at.Add(bounds.Size())}.Sub(origin)
	visible := target.Intersect(out.Bounds())
	if r.stored == nil {
		draw.Draw(out, visible, r.picture, bounds.Min.Add(visible.Min.Sub(target.Min)), draw.Src)
		return
	}
	for y := visible.Min.Y; y < visible.Max.Y; y++ {
		row := image.Rect(visible.Min.X, y, visible.Max.X, y+1)
		from := bounds.Min.Add(image.Pt(visible.Min.X-target.Min.X, r.stored[y-target.Min.Y]))
		draw.Draw(out, row, r.picture, from, draw.Src)
	}
}

// flatten is the picture on its canvas, pixel by pixel.
func (r raster) flatten() *image.NRGBA {
	out := image.NewNRGBA(image.Rectangle{Max: r.size})
	r.draw(out, image.Point{})
	return out
}
