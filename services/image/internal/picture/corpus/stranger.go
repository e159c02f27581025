package corpus

import (
	"archive/zip"
	"bytes"
	"fmt"
	"image"
	"image/color/palette"
	"strings"
)

// strangers are no pictures, whatever they are called.
func strangers() []Item {
	return []Item{
		refused("nothing", "zero bytes", nil, empty),
		refused("a byte", "shorter than any first bytes", []byte{0xff}, unsupported),
		refused("zeros", "as of a download that was cut", make([]byte, 4096), unsupported),
		refused("html", "a page", []byte("<!DOCTYPE html><script>alert(1)</script>"), unsupported),
		refused("svg", "a picture that runs scripts", []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`), unsupported),
		refused("javascript", "a program", []byte("alert(1)"), unsupported),
		refused("pdf", "a document", []byte("%PDF-1.7\n1 0 obj"), unsupported),
		refused("zip", "an archive", archive(), unsupported),
		refused("elf", "a program", []byte("\x7fELF\x02\x01\x01"), unsupported),
		refused("tiff", "a picture of a sixth kind", []byte("II*\x00\x08\x00\x00\x00"), unsupported),
		refused("avif", "a picture of a seventh kind", []byte("\x00\x00\x00\x1cftypavif"), unsupported),
		refused("riff that is no webp", "sound", []byte("RIFF\x24\x00\x00\x00WAVEfmt "), unsupported),
		refused("5 MiB and a byte", "over the limit, right from its first bytes", append([]byte("\xff\xd8\xff"), make([]byte, 5<<20-2)...), tooLarge),
		refused("gif that is javascript", "GIF89a is a name that a script may assign to", []byte("GIF89a=1;alert(1)//"+string(make([]byte, 64))), tooManyPixels),
		refused("bmp that is javascript", "BM is a name too", []byte("BM=1;alert(1)//                                      "), badSignature),
	}
}

func archive() []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create("../../evil.jsp")
	if err == nil {
		_, err = f.Write([]byte("<% evil %>"))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic(err) //nolint:forbidigo // writing to memory
	}
	return b.Bytes()
}

// samples is a small picture of each kind.
func samples() map[string][]byte {
	return map[string][]byte{
		"jpeg": photoJPEG(64, 48), "jpeg progressive": flatJPEG(64, 48, true, half, full, full),
		"png": encodePNG(photo(64, 48)), "gif": encodeGIF(image.Pt(64, 48), solid(64, 48, palette.WebSafe)),
		"webp": webpFile(riffChunk("VP8L", lossless(64, 48, 255))), "bmp": encodeBMP(photo(64, 48)),
	}
}

// truncated cuts each sample to eighths.
func truncated() []Item {
	var items []Item
	for name, data := range samples() {
		const parts = 8
		for i := 1; i < parts; i++ {
			items = append(items, refused(fmt.Sprintf("%s cut at %d/8", name, i), "a connection that broke", data[:len(data)*i/parts], Cut))
		}
	}
	return items
}

// Cut is any of UNSUPPORTED_IMAGE_TYPE, INVALID_IMAGE_SIGNATURE and
// CORRUPTED_IMAGE, by how far it went; where nothing but padding is missing, no
// refusal.
const Cut = "CUT"

// trailing hides something behind a picture: a polyglot. The picture is taken,
// since many cameras write behind the end, and what is kept has none of it.
func trailing() []Item {
	var items []Item
	for name, data := range samples() {
		kind := asJPEG
		for what, tail := range map[string]string{
			"html": "<html><script>alert('" + Secret + "')</script>", "pdf": "%PDF-1.7 " + Secret, "zip": string(archive()) + Secret, "php": "<?php " + Secret,
		} {
			items = append(items, taken(name+" and "+what, "a file that is two", append(bytes.Clone(data), tail...), 64, 48, kind))
		}
	}
	return items
}

// Names are what uploads may be called: nothing of it may reach a path.
func Names() []string {
	return []string{
		"a.png", "", ".", "..", "../../etc/passwd", "/etc/passwd", `..\..\windows\win.ini`, `C:\a.png`, "a/b/c.png",
		"사진.jpg", "a.png;.php", "a.php.png", "%2e%2e%2fa", "con", "about.json", strings.Repeat("a", 5000) + ".png", "\u202egnp.exe",
	}
}
