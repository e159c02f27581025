package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"mime/multipart"
	"net/http"

	"github.com/dailyfeed/dailyfeed/services/image/internal/album"
)

// all is profiles that show every picture.
type all struct{}

func (all) UsedPictures(_ context.Context, ids []album.ImageID) ([]album.ImageID, error) {
	return ids, nil
}

var errNotKept = errors.New("not kept")

// keepUntilKilled uploads a picture and sends its id; it fails when nobody answers.
func (s *studio) keepUntilKilled(data []byte, kept chan<- string) error {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file, err := form.CreateFormFile("image", "a.png")
	if err != nil {
		return err
	}
	if _, err := file.Write(data); err != nil {
		return err
	}
	if err := form.Close(); err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, s.url+"/api/images/upload", &body)
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", form.FormDataContentType())
	s.issuer.Authorize(request, 7)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	var got answer
	if err := json.NewDecoder(response.Body).Decode(&got); err != nil {
		return err
	}
	var id string
	if err := json.Unmarshal(got.Data, &id); err != nil {
		return errors.Join(errNotKept, err)
	}
	kept <- id
	return nil
}
