// Package httpapi is image's HTTP surface.
package httpapi

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/imagerest"
	"github.com/dailyfeed/dailyfeed/services/image/internal/album"
	"github.com/dailyfeed/dailyfeed/services/image/internal/spool"
	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/dailyfeed/dailyfeed/support/httpserver"
)

// API answers image's requests.
type API struct {
	Album *album.Album
	// Caller is the member of an authenticated context.
	Caller func(ctx context.Context) album.MemberID
	Quota  Quota
	Spool  *spool.Spool
	// Pace is how slow an uploading client may be.
	Pace spool.Pace
	// Deadline of an upload once it has arrived.
	Deadline time.Duration
	Now      func() time.Time
}

// Mount adds the whole surface to server, a line per route.
func (a *API) Mount(server *httpserver.Server) {
	r := server.Authenticated()
	limit := a.Album.Limits().Bytes + formOverhead
	r.POST("/api/images/upload", server.Upload(limit, a.upload))
	r.POST("/api/images/upload/profile", server.Upload(limit, a.upload))
	r.POST("/api/images/view/command/delete/in", server.Write(a.deleteImages))
	server.PublicBytes().GET("/api/images/view/:imageId", server.Raw(a.view))
	server.Internal().POST("/internal/images/delete", server.Action(a.deleteImagesOfMember))
}

// view sends the bytes as they are kept; they never change under their id.
func (a *API) view(c *gin.Context) error {
	var asked []string
	if c.Request.URL.RawQuery != "" {
		asked = c.QueryArray("thumbnail")
	}
	variant, err := variantOf(asked)
	if err != nil {
		return err
	}
	content, err := a.Album.View(c.Request.Context(), c.Param("imageId"), variant)
	if err != nil {
		return err
	}
	defer func() { _ = content.Close() }() // it was only read
	// one piece of memory for all values: this is the most frequent answer
	values := []string{
		content.Type, `"` + c.Param("imageId") + "-" + strconv.Itoa(int(variant)) + `"`,
		"public, max-age=31536000, immutable", "default-src 'none'", "inline",
	}
	header := c.Writer.Header()
	for i, name := range [...]string{"Content-Type", "Etag", "Cache-Control", "Content-Security-Policy", "Content-Disposition"} {
		header[name] = values[i : i+1 : i+1]
	}
	c.Request.Header.Del("If-Match") // a picture never changes: there is nothing to guard
	c.Request.Header.Del("If-Unmodified-Since")
	if asked := c.GetHeader("Range"); asked != "" && !isOneRange(asked) {
		c.Request.Header.Del("Range")
	}
	http.ServeContent(c.Writer, c.Request, "", content.UploadedAt, content.ReadSeekCloser) // a file as such, which the kernel sends
	return nil
}

// isOneRange says whether a Range is answered with a part. Several parts, other
// units and what is malformed get the whole picture (RFC 9110, 14.2).
func isOneRange(header string) bool {
	const bits = 63
	spec, isBytes := strings.CutPrefix(header, "bytes=")
	first, last, isRange := strings.Cut(spec, "-")
	from, fromErr := strconv.ParseUint(first, 10, bits)
	to, toErr := strconv.ParseUint(last, 10, bits)
	switch {
	case !isBytes || !isRange:
		return false
	case first == "":
		return toErr == nil
	case last == "":
		return fromErr == nil
	}
	return fromErr == nil && toErr == nil && from <= to
}

func variantOf(thumbnail []string) (album.Variant, error) {
	switch {
	case len(thumbnail) == 0, len(thumbnail) == 1 && thumbnail[0] == "false":
		return album.Full, nil
	case len(thumbnail) == 1 && thumbnail[0] == "true":
		return album.Thumbnail, nil
	}
	return album.Full, apierr.Violated("thumbnail", "true 또는 false여야 합니다", "must be true or false")
}

const maxDeletes = 100

func (a *API) deleteImages(c *gin.Context) (httpserver.Reply, error) {
	var request imagerest.DeleteImagesRequest
	if err := httpserver.Bind(c, &request); err != nil {
		return httpserver.Reply{}, err
	}
	var broken apierr.Violations
	checkURLs(&broken, request.ImageURLs)
	if err := broken.Err(); err != nil {
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
	var broken apierr.Violations
	if request.MemberID < 1 || request.MemberID > httpserver.MaxID {
		broken.Add("memberId", "올바른 ID가 아닙니다", "must be a positive integer below 2^53")
	}
	checkURLs(&broken, request.ImageURLs)
	if err := broken.Err(); err != nil {
		return httpserver.Reply{}, err
	}
	return a.delete(c.Request.Context(), album.MemberID(request.MemberID), request.ImageURLs)
}

// checkURLs records what is wrong with a list, not with what it names: a text
// that names no picture of ours is skipped.
func checkURLs(broken *apierr.Violations, urls []string) {
	switch {
	case urls == nil:
		broken.Add("imageUrls", "필수 값입니다", "is required")
	case len(urls) > maxDeletes:
		broken.Add("imageUrls", "최대 100개까지 지정할 수 있습니다", "at most 100")
	}
	broken.Text("imageUrls", strings.Join(urls, ""), apierr.TextRule{}) // what holds for each character holds for all
}

func (a *API) delete(ctx context.Context, member album.MemberID, urls []string) (httpserver.Reply, error) {
	deleted, skipped, err := a.Album.Delete(ctx, member, urls)
	if skipped > 0 {
		slog.InfoContext(ctx, "pictures skipped: not there or another member's", "deleted", deleted, "skipped", skipped)
	}
	return httpserver.OK(true), err
}
