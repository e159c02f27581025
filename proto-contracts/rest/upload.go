package rest

import (
	"bytes"
	"mime/multipart"
)

// Upload is a form with one file.
type Upload struct {
	// Part is the name of the form's field.
	Part     string
	FileName string
	Content  []byte
}

// Encode writes the form.
func (u Upload) Encode() ([]byte, string, error) {
	var out bytes.Buffer
	form := multipart.NewWriter(&out)
	part, err := form.CreateFormFile(u.Part, u.FileName)
	if err != nil {
		return nil, "", err
	}
	if _, err := part.Write(u.Content); err != nil {
		return nil, "", err
	}
	if err := form.Close(); err != nil {
		return nil, "", err
	}
	return out.Bytes(), form.FormDataContentType(), nil
}
