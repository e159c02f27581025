package corpus

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/color/palette"
	"image/gif"

	"golang.org/x/image/bmp"
)

func encodeGIF(canvas image.Point, frames ...*image.Paletted) []byte {
	var b bytes.Buffer
	g := gif.GIF{Image: frames, Delay: make([]int, len(frames))}
	g.Config = image.Config{ColorModel: frames[0].Palette, Width: canvas.X, Height: canvas.Y}
	if err := gif.EncodeAll(&b, &g); err != nil {
		panic(err) //nolint:forbidigo // writing to memory
	}
	return b.Bytes()
}

func gifs() []Item {
	two := color.Palette{color.Black, color.White}
	small := solid(10, 10, two)
	small.Rect = small.Rect.Add(image.Pt(10, 5))
	outside := encodeGIF(image.Pt(40, 30), solid(40, 30, two))
	binary.LittleEndian.PutUint16(outside[6:], 20) // the canvas becomes narrower than its frame
	many := make([]*image.Paletted, 2000)
	for i := range many {
		many[i] = solid(1, 1, two)
	}
	return []Item{
		taken("gif", "256 colours", encodeGIF(image.Pt(40, 30), solid(40, 30, palette.WebSafe)), 40, 30, asJPEG),
		taken("gif animated", "the first of two frames", encodeGIF(image.Pt(40, 30), solid(40, 30, two), solid(40, 30, two)), 40, 30, asJPEG),
		taken("gif small frame", "around the frame nothing is drawn", encodeGIF(image.Pt(40, 30), small), 40, 30, asPNG),
		taken("gif 2000 frames", "only one is decoded", encodeGIF(image.Pt(1, 1), many...), 1, 1, asJPEG),
		refused("gif frame outside", "a frame that leaves the canvas", outside, corrupted),
		refused("gif 65535²", "the largest canvas that can be written", append([]byte("GIF89a\xff\xff\xff\xff\x00\x00\x00"), 0x3b), tooManyPixels),
		refused("gif no frame", "the end right behind the header", []byte("GIF89a\x0a\x00\x0a\x00\x00\x00\x00\x3b"), corrupted),
		refused("gif 0×0", "a size of 0", []byte("GIF89a\x00\x00\x00\x00\x00\x00\x00\x3b"), badSignature),
		refused("gif magic only", "first bytes right, no header", []byte("GIF89a"), badSignature),
	}
}

func encodeBMP(m image.Image) []byte {
	var b bytes.Buffer
	if err := bmp.Encode(&b, m); err != nil {
		panic(err) //nolint:forbidigo // writing to memory
	}
	return b.Bytes()
}

func bmps() []Item {
	claims := func(w, h uint32) []byte {
		data := encodeBMP(photo(4, 4))
		binary.LittleEndian.PutUint32(data[18:], w)
		binary.LittleEndian.PutUint32(data[22:], h)
		return data
	}
	compressed := encodeBMP(photo(4, 4))
	compressed[30] = 1
	return []Item{
		taken("bmp", "three bytes for a pixel", encodeBMP(photo(40, 30)), 40, 30, asJPEG),
		taken("bmp palette", "indexes", encodeBMP(solid(41, 30, palette.WebSafe)), 41, 30, asJPEG),
		refused("bmp 10000×5000 of 102 bytes", "pixels that are not there", claims(10000, 5000), corrupted),
		refused("bmp 2³¹", "a size that overflows", claims(1<<31-1, 1<<31-1), badSignature),
		refused("bmp no height", "a size of 0", claims(10, 0), badSignature),
		refused("bmp run-length", "a compression that is not read", compressed, badSignature),
		refused("bmp magic only", "first bytes right, no header", []byte("BM"), badSignature),
	}
}
