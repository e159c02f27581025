package imagerest //nolint:revive // the package comment is in contract.gen.go

import (
	"context"
	"net/http"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest"
)

// UploadImage is POST /api/images/upload: upload a picture. It returns the
// picture's id. It is written by hand since the generator writes JSON bodies only.
func (c *Client) UploadImage(ctx context.Context, fileName string, content []byte, options ...rest.Option) (string, error) {
	return rest.Call[string](ctx, c.caller, rest.Request{
		Method: http.MethodPost,
		Path:   "/api/images/upload",
		Body:   rest.Upload{Part: "image", FileName: fileName, Content: content},
	}, options...)
}
