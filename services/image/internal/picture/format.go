package picture

import (
	"bytes"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/bmp"
	"golang.org/x/image/webp"
)

// format is one of the five that are taken.
type format struct {
	name   string
	starts func(head []byte) bool
	config func(r io.Reader) (image.Config, error)
	decode func(data []byte) (image.Image, error)
	// orientation reads the EXIF orientation, 1 where there is none; nil where
	// the format carries no EXIF.
	orientation func(data []byte) int
}

func prefix(magic string) func([]byte) bool {
	return func(head []byte) bool { return bytes.HasPrefix(head, []byte(magic)) }
}

// formats in the order that they are tried; their first bytes exclude each other.
func formats() []format {
	return []format{
		{"jpeg", prefix("\xff\xd8\xff"), jpeg.DecodeConfig, from(jpeg.Decode), jpegOrientation},
		{"png", prefix("\x89PNG\r\n\x1a\n"), png.DecodeConfig, from(png.Decode), pngOrientation},
		{"gif", isGIF, gif.DecodeConfig, decodeGIF, nil},
		{"webp", isWebP, webp.DecodeConfig, decodeWebP, webpOrientation},
		{"bmp", prefix("BM"), bmp.DecodeConfig, from(bmp.Decode), nil},
	}
}

func from(decode func(io.Reader) (image.Image, error)) func([]byte) (image.Image, error) {
	return func(data []byte) (image.Image, error) { return decode(bytes.NewReader(data)) }
}

func isGIF(head []byte) bool {
	return bytes.HasPrefix(head, []byte("GIF87a")) || bytes.HasPrefix(head, []byte("GIF89a"))
}

func isWebP(head []byte) bool {
	return len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP"
}

// decodeGIF is the first frame, on a canvas of the picture's size: a frame may
// be smaller than the picture.
func decodeGIF(data []byte) (image.Image, error) {
	config, err := gif.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	frame, err := gif.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return onCanvas(frame, frame.Bounds().Min, config.Width, config.Height), nil
}
