package httpapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/dailyfeed/dailyfeed/services/image/internal/album"
	"github.com/dailyfeed/dailyfeed/services/image/internal/picture"
	"github.com/dailyfeed/dailyfeed/services/image/internal/spool"
	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/dailyfeed/dailyfeed/support/httpserver"
)

// Quota is how many pictures a member may upload.
type Quota interface {
	// Take counts an upload and returns how to take that back. Fails with
	// TOO_MANY_REQUESTS.
	Take(ctx context.Context, member album.MemberID) (giveBack func(), err error)
}

const part = "image"

const (
	// formOverhead is room for the parts of a form around the file.
	formOverhead = 1 << 20
	// answerLimit is how long the client may take for the answer's few bytes.
	answerLimit = 30 * time.Second
)

// upload counts, receives, and keeps a picture. Receiving has a time limit by
// rate, and only what comes behind it the deadline of a request.
func (a *API) upload(c *gin.Context) (httpserver.Reply, error) {
	ctx, end := untimed(c.Request.Context())
	defer end()
	giveBack, err := a.Quota.Take(ctx, a.Caller(ctx))
	if err != nil {
		return httpserver.Reply{}, err
	}
	id, err := a.receive(ctx, c)
	if err != nil {
		giveBack()
		return httpserver.Reply{}, err
	}
	return httpserver.OK(string(id)), nil
}

func (a *API) receive(ctx context.Context, c *gin.Context) (album.ImageID, error) {
	limit := a.Album.Limits().Bytes
	expected := c.Request.ContentLength
	if expected < 0 || expected > limit+formOverhead {
		expected = limit + formOverhead
	}
	release, err := a.Spool.Reserve(ctx, expected)
	if err != nil {
		return "", err
	}
	defer release()
	file, err := a.readFile(c, limit)
	if err != nil {
		return "", err
	}
	defer file.Close()
	ctx, cancel := context.WithTimeout(ctx, a.Deadline)
	defer cancel()
	return a.Album.Upload(ctx, a.Caller(ctx), file.Load)
}

// readFile reads the file at the client's pace, and looks at no other part
// further than to skip it.
func (a *API) readFile(c *gin.Context, limit int64) (*spool.Upload, error) {
	control := http.NewResponseController(c.Writer)
	body := spool.NewPacedReader(c.Request.Body, control, a.Pace, a.Now)
	defer func() {
		body.End()
		_ = control.SetWriteDeadline(a.Now().Add(a.Deadline + answerLimit)) // fails only without a network
	}()
	c.Request.Body = struct {
		io.Reader
		io.Closer
	}{body, c.Request.Body}
	file, err := a.findFile(c.Request, limit)
	if err != nil && body.Late() {
		c.Header("Connection", "close") // the rest of the body would follow
		return nil, apierr.CodeDeadlineExceeded.Wrap(fmt.Errorf("upload is too slow: %w", err))
	}
	return file, err
}

func (a *API) findFile(r *http.Request, limit int64) (*spool.Upload, error) {
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
		if p.FormName() == part {
			return a.take(p, limit)
		}
	}
}

func (a *API) take(p io.Reader, limit int64) (*spool.Upload, error) {
	file, err := a.Spool.Take(p, limit)
	switch {
	case errors.Is(err, spool.ErrTooLong):
		return nil, picture.CodeTooLarge.Wrap(err)
	case errors.Is(err, spool.ErrDisk):
		return nil, err
	case err != nil:
		return nil, apierr.CodeMalformedRequest.Wrap(err)
	}
	return file, nil
}

// untimed takes the deadline of a request away; its client's leaving still ends
// it, as long as the deadline has not passed. Later that shows in reading.
func untimed(request context.Context) (ctx context.Context, end func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(request))
	stop := context.AfterFunc(request, func() {
		if errors.Is(request.Err(), context.Canceled) {
			cancel()
		}
	})
	return ctx, func() { stop(); cancel() }
}
