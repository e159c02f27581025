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

	"github.com/dailyfeed/dailyfeed/services/image/internal/jpegrows"
)

// format is one of the five that are taken.
type format struct {
	name   string
	starts func(head []byte) bool
	config func(r io.Reader) (image.Config, error)
	// cost is about how many bytes decoding takes, by the header.
	cost   func(data []byte, config image.Config) int64
	decode func(data []byte) (raster, error)
	// rows is the other way to decode, of what is large; nil where the format's
	// largest is not.
	rows *rowReader
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
		{"jpeg", prefix("\xff\xd8\xff"), jpeg.DecodeConfig, jpegCost, decodeJPEG, jpegByRows(), jpegOrientation},
		{"png", prefix("\x89PNG\r\n\x1a\n"), png.DecodeConfig, pngCost, from(png.Decode), pngByRows(), pngOrientation},
		{"gif", isGIF, gif.DecodeConfig, gifCost, decodeGIF, nil, nil},
		{"webp", isWebP, webp.DecodeConfig, webpCost, decodeWebP, webpByRows(), webpOrientation},
		{"bmp", prefix("BM"), bmp.DecodeConfig, bmpCost, decodeBMP, nil, nil},
	}
}

func from(decode func(io.Reader) (image.Image, error)) func([]byte) (raster, error) {
	return func(data []byte) (raster, error) {
		picture, err := decode(bytes.NewReader(data))
		if err != nil {
			return raster{}, err
		}
		return whole(picture), nil
	}
}

func isGIF(head []byte) bool {
	return bytes.HasPrefix(head, []byte("GIF87a")) || bytes.HasPrefix(head, []byte("GIF89a"))
}

func isWebP(head []byte) bool {
	return len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP"
}

// decodeJPEG reads no more scans than by rows would be read.
func decodeJPEG(data []byte) (raster, error) {
	if err := jpegrows.CheckScans(data); err != nil {
		return raster{}, err //nolint:wrapcheck // decode wraps it
	}
	return from(jpeg.Decode)(data)
}

// decodeBMP makes no picture of a size that the data cannot fill.
func decodeBMP(data []byte) (raster, error) {
	config, err := bmp.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return raster{}, err
	}
	if !bmpHolds(data, config) {
		return raster{}, io.ErrUnexpectedEOF
	}
	return from(bmp.Decode)(data)
}
