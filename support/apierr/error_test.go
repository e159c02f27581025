package apierr_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/apierr"
)

func TestFromKeepsACodeThatIsWrapped(t *testing.T) {
	t.Parallel()
	cause := errors.New("row is gone")
	err := fmt.Errorf("find post 7: %w", apierr.CodeNotFound.Wrap(cause))
	got := apierr.From(err)
	require.Same(t, apierr.CodeNotFound, got.Code)
	require.ErrorIs(t, err, cause)
	require.True(t, apierr.HasCode(err, apierr.CodeNotFound))
	require.ErrorIs(t, err, apierr.CodeNotFound.New())
	require.NotErrorIs(t, err, apierr.CodeInternal.New())
}

func TestFromMakesAnythingElseInternal(t *testing.T) {
	t.Parallel()
	cause := errors.New("disk on fire")
	got := apierr.From(cause)
	require.Same(t, apierr.CodeInternal, got.Code)
	require.ErrorIs(t, got, cause)
	require.NotContains(t, got.Code.Message(true)+got.Code.Message(false), "fire")
	require.Nil(t, apierr.From(nil))
}

func TestHeadersAndRetryAreAddedToACopy(t *testing.T) {
	t.Parallel()
	plain := apierr.CodeTokenRevoked.New()
	marked := plain.WithHeader("X-Relogin-Required", "true").WithRetryAfter(3)
	require.Empty(t, plain.Headers)
	require.Equal(t, map[string]string{"X-Relogin-Required": "true"}, marked.Headers)
	require.Zero(t, plain.RetryAfter)
}

func TestViolationsAreReportedTogether(t *testing.T) {
	t.Parallel()
	var v apierr.Violations
	require.NoError(t, v.Err())
	v.Add("content", "비어 있습니다", "is blank")
	v.Add("title", "너무 깁니다", "is too long")
	err := apierr.From(v.Err())
	require.Same(t, apierr.CodeValidationFailed, err.Code)
	require.Len(t, err.Violations, 2)
	require.Equal(t, "is too long", err.Violations[1].Message(true))
	require.Equal(t, "너무 깁니다", err.Violations[1].Message(false))
}
