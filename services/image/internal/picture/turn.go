package picture

import "image"

// turn applies an EXIF orientation: 2–4 mirror or rotate by 180°, 5–8 also
// swap width and height.
func turn(source *image.NRGBA, orientation int) *image.NRGBA {
	if orientation <= upright || orientation > 8 {
		return source
	}
	w, h := source.Rect.Dx(), source.Rect.Dy()
	size := image.Pt(w, h)
	if orientation >= 5 {
		size = image.Pt(h, w)
	}
	out := image.NewNRGBA(image.Rectangle{Max: size})
	for y := range size.Y {
		for x := range size.X {
			at := placeBefore(x, y, w, h, orientation)
			copy(out.Pix[out.PixOffset(x, y):][:4], source.Pix[source.PixOffset(at.X, at.Y):])
		}
	}
	return out
}

// placeBefore is where the pixel was that lands on (x, y), in a source of w × h.
func placeBefore(x, y, w, h, orientation int) image.Point {
	switch orientation {
	case 2:
		return image.Pt(w-1-x, y)
	case 3:
		return image.Pt(w-1-x, h-1-y)
	case 4:
		return image.Pt(x, h-1-y)
	case 5:
		return image.Pt(y, x)
	case 6:
		return image.Pt(y, h-1-x)
	case 7:
		return image.Pt(w-1-y, h-1-x)
	default: // 8
		return image.Pt(w-1-y, x)
	}
}
