package picture_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/services/image/internal/picture"
	"github.com/dailyfeed/dailyfeed/services/image/internal/picture/corpus"
)

// leaving ends when it has been asked some times.
type leaving struct {
	context.Context
	asked, after atomic.Int32
}

func (l *leaving) Err() error {
	if l.asked.Add(1) > l.after.Load() {
		return context.Canceled
	}
	return nil
}

// atOnce has room for everything.
type atOnce struct{}

func (atOnce) Enter(context.Context, int64) (func(), error) { return func() {}, nil }

func TestNobodyDecodesForAClientThatHasLeft(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	byRows := limits()
	byRows.Memory = 1
	for _, item := range corpus.All() {
		if item.Code != "" {
			continue
		}
		for _, most := range []picture.Limits{limits(), byRows} {
			_, err := picture.Develop(ctx, item.Data, most, atOnce{})
			require.ErrorIs(t, err, context.Canceled, item.Name)
		}
	}
}

func TestReadingByRowsEndsWithinARowOfItsClientsLeaving(t *testing.T) {
	t.Parallel()
	byRows := limits()
	byRows.Memory = 1
	const width, height = 20, 400
	for name, data := range map[string][]byte{
		"png":         corpus.NoisyPNG(width, height, corpus.PNGForms()[0]),
		"jpeg":        corpus.NoisyJPEG(width, height, corpus.JPEGForm{Sampling: []byte{0x22, 0x11, 0x11}}),
		"progressive": corpus.NoisyJPEG(width, height, corpus.JPEGForm{Sampling: []byte{0x22, 0x11, 0x11}, Progressive: true}),
		"webp":        corpus.WebP(corpus.NoisyVP8L(width, height, corpus.VP8LForms()[0])),
	} {
		ctx := &leaving{Context: t.Context()}
		ctx.after.Store(3)
		_, err := picture.Develop(ctx, data, byRows, atOnce{})
		require.ErrorIs(t, err, context.Canceled, name)
		require.LessOrEqual(t, ctx.asked.Load(), int32(6), "%s: it went on", name)
	}
}
