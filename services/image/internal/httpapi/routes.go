// Package httpapi is image's HTTP surface.
package httpapi

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/imagerest"
	"github.com/dailyfeed/dailyfeed/services/image/internal/album"
	"github.com/dailyfeed/dailyfeed/services/image/internal/picture"
	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/dailyfeed/dailyfeed/support/httpserver"
)

// API answers image's requests.
type API struct {
	Album *album.Album
	// Caller is the member of an authenticated context.
	Caller func(ctx context.Context) album.MemberID
}

// Mount adds the whole surface to server, a line per route.
func (a *API) Mount(server *httpserver.Server) {
	r := server.Authenticated()
	limit := a.Album.Limits().Bytes + formOverhead
	r.POST("/api/images/upload", server.Upload(limit, a.upload))
	r.POST("/api/images/upload/profile", server.Upload(limit, a.upload))
	r.POST("/api/images/view/command/delete/in", server.Write(a.deleteImages))
	server.Public().GET("/api/images/view/:imageId", server.Raw(a.view))
	server.Internal().POST("/internal/images/delete", server.Action(a.deleteImagesOfMember))
}

const part = "image"

// formOverhead is room for the parts of a form around the file.
const formOverhead = 1 << 20

func (a *API) upload(c *gin.Context) (httpserver.Reply, error) {
	ctx := c.Request.Context()
	data, err := readPart(c.Request, a.Album.Limits().Bytes)
	if err != nil {
		return httpserver.Reply{}, err
	}
	id, err := a.Album.Upload(ctx, a.Caller(ctx), data)
	if err != nil {
		return httpserver.Reply{}, err
	}
	return httpserver.OK(string(id)), nil
}

// readPart reads the file, at most limit bytes of it, and looks at no other part
// further than to skip it.
func readPart(r *http.Request, limit int64) ([]byte, error) {
	missing := apierr.Violated(part, "이미지 파일이 필요합니다", "a file part of this name is needed")
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, missing.Because(err)
	}
	for {
		p, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, missing
		}
		if err != nil {
			return nil, apierr.CodeMalformedRequest.Wrap(err)
		}
		if p.FormName() != part {
			continue
		}
		data, err := io.ReadAll(io.LimitReader(p, limit+1))
		if err != nil {
			return nil, apierr.CodeMalformedRequest.Wrap(err)
		}
		if int64(len(data)) > limit {
			return nil, picture.CodeTooLarge.New()
		}
		return data, nil
	}
}

// view sends the bytes as they are kept; they never change under their id.
func (a *API) view(c *gin.Context) error {
	variant, err := variantOf(c.Query("thumbnail"))
	if err != nil {
		return err
	}
	content, err := a.Album.View(c.Request.Context(), c.Param("imageId"), variant)
	if err != nil {
		return err
	}
	defer func() { _ = content.Close() }() // it was only read
	header := c.Writer.Header()
	header.Set("Content-Type", content.Type)
	header.Set("ETag", `"`+c.Param("imageId")+"-"+strconv.Itoa(int(variant))+`"`)
	header.Set("Cache-Control", "public, max-age=31536000, immutable")
	header.Set("Content-Security-Policy", "default-src 'none'")
	header.Set("Content-Disposition", "inline")
	http.ServeContent(c.Writer, c.Request, "", content.UploadedAt, content)
	return nil
}

func variantOf(thumbnail string) (album.Variant, error) {
	if thumbnail == "" {
		return album.Full, nil
	}
	small, err := strconv.ParseBool(thumbnail)
	switch {
	case err != nil:
		return album.Full, apierr.Violated("thumbnail", "true 또는 false여야 합니다", "must be true or false").Because(err)
	case small:
		return album.Thumbnail, nil
	}
	return album.Full, nil
}

const maxDeletes = 100

func (a *API) deleteImages(c *gin.Context) (httpserver.Reply, error) {
	var request imagerest.DeleteImagesRequest
	if err := httpserver.Bind(c, &request); err != nil {
		return httpserver.Reply{}, err
	}
	ctx := c.Request.Context()
	return a.delete(ctx, a.Caller(ctx), request.ImageURLs)
}

// deleteImagesOfMember is for member, which has no token of the caller when it
// removes replaced avatars.
func (a *API) deleteImagesOfMember(c *gin.Context) (httpserver.Reply, error) {
	var request imagerest.DeleteImagesOfMemberRequest
	if err := httpserver.Bind(c, &request); err != nil {
		return httpserver.Reply{}, err
	}
	if request.MemberID < 1 || request.MemberID > httpserver.MaxID {
		return httpserver.Reply{}, apierr.Violated("memberId", "올바른 ID가 아닙니다", "must be a positive integer below 2^53")
	}
	return a.delete(c.Request.Context(), album.MemberID(request.MemberID), request.ImageURLs)
}

func (a *API) delete(ctx context.Context, member album.MemberID, urls []string) (httpserver.Reply, error) {
	if len(urls) > maxDeletes {
		return httpserver.Reply{}, apierr.Violated("imageUrls", "최대 100개까지 지정할 수 있습니다", "at most 100")
	}
	deleted, skipped, err := a.Album.Delete(ctx, member, urls)
	if skipped > 0 {
		slog.InfoContext(ctx, "pictures skipped: not there or another member's", "deleted", deleted, "skipped", skipped)
	}
	return httpserver.OK(true), err
}
