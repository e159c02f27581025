package e2e_test

import (
	"bytes"
	"encoding/binary"
	"net/http"
	"strings"
	"testing"
)

// hostileFiles are no pictures, with what is said of them.
func hostileFiles(t *testing.T) map[string]struct {
	content []byte
	status  int
	code    string
} {
	t.Helper()
	good := picture(t)
	huge := bytes.Clone(good)
	binary.BigEndian.PutUint32(huge[16:], 60_000)
	binary.BigEndian.PutUint32(huge[20:], 60_000)
	zero := bytes.Clone(good)
	binary.BigEndian.PutUint32(zero[16:], 0)
	return map[string]struct {
		content []byte
		status  int
		code    string
	}{
		"nothing":            {nil, http.StatusBadRequest, "EMPTY_IMAGE_FILE"},
		"text":               {[]byte("<script>alert(1)</script>"), http.StatusUnsupportedMediaType, "UNSUPPORTED_IMAGE_TYPE"},
		"an SVG":             {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), http.StatusUnsupportedMediaType, "UNSUPPORTED_IMAGE_TYPE"},
		"a program":          {[]byte("MZ\x90\x00"), http.StatusUnsupportedMediaType, "UNSUPPORTED_IMAGE_TYPE"},
		"one byte":           {[]byte{0x89}, http.StatusUnsupportedMediaType, "UNSUPPORTED_IMAGE_TYPE"},
		"a signature only":   {good[:8], http.StatusBadRequest, "INVALID_IMAGE_SIGNATURE"},
		"a GIF's signature":  {[]byte("GIF89a"), http.StatusBadRequest, "INVALID_IMAGE_SIGNATURE"},
		"a JPEG's signature": {[]byte{0xff, 0xd8, 0xff, 0xe0}, http.StatusBadRequest, "INVALID_IMAGE_SIGNATURE"},
		"no data":            {good[:40], http.StatusBadRequest, ""},
		"half":               {good[:len(good)/2], http.StatusBadRequest, ""},
		"3.6 gigapixels":     {huge, http.StatusBadRequest, ""},
		"no width":           {zero, http.StatusBadRequest, ""},
		"a byte too many":    {append([]byte("GIF89a"), make([]byte, 5<<20)...), http.StatusRequestEntityTooLarge, "FILE_TOO_LARGE"},
		"5 MiB of nothing":   {make([]byte, 5<<20), http.StatusUnsupportedMediaType, "UNSUPPORTED_IMAGE_TYPE"},
		"20 MiB":             {make([]byte, 20<<20), http.StatusRequestEntityTooLarge, ""},
	}
}

func TestWhatIsNoPictureIsRefused(t *testing.T) {
	t.Parallel()
	w := wire(t)
	files := hostileFiles(t)
	w.each(t, func(op operation) bool { return op.multipart }, func(t *testing.T, op operation) {
		w.send(t, w.upload(t, op)).wants(t, w.upload(t, op), http.StatusOK, "")
		for title, file := range files {
			a := w.valid(op).with("file: " + title)
			a.body, a.header["Content-Type"] = form(t, "image", "../../a\".png", file.content)
			w.send(t, a).wants(t, a, file.status, file.code)
		}
	})
}

func TestAFormWithoutItsPartIsRefused(t *testing.T) {
	t.Parallel()
	w := wire(t)
	w.each(t, func(op operation) bool { return op.multipart }, func(t *testing.T, op operation) {
		body, contentType := form(t, "image", "a.png", picture(t))
		other, otherType := form(t, "file", "a.png", picture(t))
		for title, c := range map[string]struct {
			body []byte
			kind []string
		}{
			"another part": {other, otherType}, "no body": {nil, contentType}, "no type": {body, nil}, "JSON": {[]byte(`{"image":"x"}`), []string{"application/json"}}, "no boundary": {body, []string{"multipart/form-data"}},
			"another boundary": {body, []string{"multipart/form-data; boundary=zz"}}, "an empty boundary": {body, []string{`multipart/form-data; boundary=""`}}, "cut": {body[:len(body)-40], contentType}, "begun": {body[:30], contentType},
			"form data": {[]byte("image=x"), []string{"application/x-www-form-urlencoded"}}, "a picture alone": {picture(t), []string{"image/png"}}, "mixed": {body, []string{strings.Replace(contentType[0], "form-data", "mixed", 1)}},
			"garbage": {bytes.Repeat([]byte{0xff, '\r', '\n'}, 1000), contentType}, "a header without end": {append(body[:60:60], bytes.Repeat([]byte("a"), 100_000)...), contentType}, "many empty parts": {bytes.Repeat([]byte("--x\r\n\r\n\r\n"), 50_000), []string{"multipart/form-data; boundary=x"}},
		} {
			a := w.valid(op).with("form: " + title)
			a.body, a.header["Content-Type"] = c.body, c.kind
			got := w.send(t, a)
			if got.status != http.StatusBadRequest && title != "mixed" {
				t.Errorf("%s\n  got %s\n  want 400", a.describe(), got.describe())
			}
		}
	})
}
