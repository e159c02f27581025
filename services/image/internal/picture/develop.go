package picture

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"runtime/debug"

	"github.com/dailyfeed/dailyfeed/support/apierr"
)

// Sizes and qualities of what is kept (spec 07).
const (
	FullSide      = 1080
	ThumbnailSide = 150
	jpegQuality   = 85
	// maxSide is the longest side that an upload may have.
	maxSide = 16384
)

// Limits of an upload.
type Limits struct {
	// Bytes of the file.
	Bytes int64
	// Pixels, width × height.
	Pixels int64
	// Memory that all decoding takes at once, in bytes. A picture that the
	// libraries would need more for is read row by row.
	Memory int64
}

// File is an encoded picture.
type File struct {
	ContentType string
	Data        []byte
	Width       int
	Height      int
}

// Developed is what is kept of an upload.
type Developed struct {
	Full      File
	Thumbnail File
}

// Room bounds the memory that decoding takes at once.
type Room interface {
	// Enter waits for room for that many bytes and returns how to leave; it
	// fails with an *apierr.Error where none came free in time.
	Enter(ctx context.Context, bytes int64) (leave func(), err error)
}

// Develop checks and decodes an upload, and encodes what is kept.
// Fails with EMPTY_IMAGE_FILE, FILE_TOO_LARGE, UNSUPPORTED_IMAGE_TYPE,
// INVALID_IMAGE_SIGNATURE, IMAGE_TOO_MANY_PIXELS or CORRUPTED_IMAGE, with what room
// fails with, and with ctx's error once ctx has ended, which it looks at between rows.
func Develop(ctx context.Context, data []byte, limits Limits, room Room) (Developed, error) {
	form, config, err := inspect(data, limits)
	if err != nil {
		return Developed{}, err
	}
	cost := form.cost(data, config)
	byRows := form.rows != nil && cost > min(wholeMost, limits.Memory)
	if byRows {
		cost = form.rows.cost
	}
	leave, err := room.Enter(ctx, cost+working)
	if err != nil {
		return Developed{}, err
	}
	defer leave()
	if cost > wholeMost {
		defer debug.FreeOSMemory() // the next one must not come on top of it
	}
	full, err := decode(ctx, form, data, config, byRows)
	if err != nil {
		return Developed{}, err
	}
	if form.orientation != nil {
		full = turn(full, form.orientation(data))
	}
	return encodeBoth(full)
}

// inspect looks at the first bytes and the header only.
func inspect(data []byte, limits Limits) (format, image.Config, error) {
	if len(data) == 0 {
		return format{}, image.Config{}, CodeEmpty.New()
	}
	if int64(len(data)) > limits.Bytes {
		return format{}, image.Config{}, CodeTooLarge.New()
	}
	for _, form := range formats() {
		if form.starts(data) {
			config, err := form.config(bytes.NewReader(data))
			if err != nil {
				return form, config, CodeInvalidSignature.Wrap(fmt.Errorf("read header of %s: %w", form.name, err))
			}
			return form, config, checkSize(config, limits)
		}
	}
	return format{}, image.Config{}, CodeUnsupported.New()
}

func checkSize(config image.Config, limits Limits) error {
	if config.Width < 1 || config.Height < 1 {
		return CodeInvalidSignature.Wrap(fmt.Errorf("size is %d × %d", config.Width, config.Height))
	}
	if config.Width > maxSide || config.Height > maxSide || int64(config.Width)*int64(config.Height) > limits.Pixels {
		return CodeTooManyPixels.Wrap(fmt.Errorf("size is %d × %d", config.Width, config.Height))
	}
	return nil
}

// decode decodes and reduces, and refuses data that is not what its header
// promised.
func decode(ctx context.Context, form format, data []byte, config image.Config, byRows bool) (full *image.NRGBA, err error) {
	defer func() {
		if cause := recover(); cause != nil { // a decoder's bug must not be ours
			err = CodeCorrupted.Wrap(fmt.Errorf("decode %s: panic: %v", form.name, cause))
		}
	}()
	size := image.Pt(config.Width, config.Height)
	if byRows {
		full, err = form.rows.read(ctx, data, size, fitted(size, FullSide))
	} else {
		full, err = decodeWhole(form, data, size)
	}
	if ctx.Err() != nil {
		return nil, fmt.Errorf("decode %s: %w", form.name, ctx.Err())
	}
	if err != nil {
		return nil, CodeCorrupted.Wrap(fmt.Errorf("decode %s: %w", form.name, err))
	}
	return full, nil
}

var errSize = errors.New("picture: data of another size than its header's")

func decodeWhole(form format, data []byte, size image.Point) (*image.NRGBA, error) {
	decoded, err := form.decode(data)
	if err != nil {
		return nil, err
	}
	if decoded.size != size {
		return nil, fmt.Errorf("%w: %v instead of %v", errSize, decoded.size, size)
	}
	return fit(decoded, FullSide), nil
}

func encodeBoth(full *image.NRGBA) (Developed, error) {
	var developed Developed
	var err error
	if developed.Full, err = encode(full); err != nil {
		return Developed{}, err
	}
	developed.Thumbnail, err = encode(square(full, ThumbnailSide))
	return developed, err
}

// encode writes JPEG where the picture is opaque, PNG where it is not.
func encode(picture *image.NRGBA) (File, error) {
	var out bytes.Buffer
	file := File{Width: picture.Rect.Dx(), Height: picture.Rect.Dy()}
	var err error
	if picture.Opaque() {
		file.ContentType = "image/jpeg"
		err = jpeg.Encode(&out, picture, &jpeg.Options{Quality: jpegQuality})
	} else {
		file.ContentType = "image/png"
		err = png.Encode(&out, picture)
	}
	if err != nil {
		return File{}, apierr.CodeInternal.Wrap(fmt.Errorf("encode picture: %w", err))
	}
	file.Data = out.Bytes()
	return file, nil
}
