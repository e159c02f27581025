// Package corpus makes the uploads that image is tested with: ordinary pictures
// in every form, and everything that has been used to hurt programs that read
// pictures. Each item says why it is there and what is answered.
package corpus

import "image"

// Item is an upload and its answer.
type Item struct {
	Name string
	// Why it is in the corpus.
	Why  string
	Data []byte
	// Code is the answer; empty where the picture is taken.
	Code string
	// Size of the picture that is kept, and Type, its content type. Only where
	// it is taken.
	Size image.Point
	Type string
}

// The codes of spec 07, as they are answered.
const (
	empty         = "EMPTY_IMAGE_FILE"
	tooLarge      = "FILE_TOO_LARGE"
	tooManyPixels = "IMAGE_TOO_MANY_PIXELS"
	unsupported   = "UNSUPPORTED_IMAGE_TYPE"
	badSignature  = "INVALID_IMAGE_SIGNATURE"
	corrupted     = "CORRUPTED_IMAGE"
)

const (
	asJPEG = "image/jpeg"
	asPNG  = "image/png"
)

// All is the whole corpus.
func All() []Item {
	var items []Item
	for _, group := range [][]Item{jpegs(), pngs(), gifs(), webps(), bmps(), strangers(), truncated(), trailing()} {
		items = append(items, group...)
	}
	return items
}

func taken(name, why string, data []byte, w, h int, kind string) Item {
	return Item{Name: name, Why: why, Data: data, Size: image.Pt(w, h), Type: kind}
}

func refused(name, why string, data []byte, code string) Item {
	return Item{Name: name, Why: why, Data: data, Code: code}
}
