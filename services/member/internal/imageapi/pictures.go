// Package imageapi asks image to delete pictures.
package imageapi

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/imagerest"
	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
)

// callLimit bounds one question to image, its repetitions included.
const callLimit = 20 * time.Second

// Pictures implements member.Pictures.
type Pictures struct{ client *imagerest.Client }

var _ member.Pictures = Pictures{}

// New asks image at url. client is the way there, with its breaker and
// repetitions; internalToken is the fleet's credential.
func New(url string, client *http.Client, internalToken string) Pictures {
	return Pictures{client: imagerest.NewClient(url, client, rest.InternalToken(internalToken))}
}

// DeleteImages implements member.Pictures. Repeating it changes nothing.
func (p Pictures) DeleteImages(ctx context.Context, id member.MemberID, urls []string) error {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	_, err := p.client.DeleteImagesOfMember(ctx, imagerest.DeleteImagesOfMemberRequest{MemberID: int64(id), ImageURLs: urls})
	if err != nil {
		return fmt.Errorf("delete %d images of member %d: %w", len(urls), id, err)
	}
	return nil
}
