package idempotency_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/idempotency"
)

func TestOutcomeOfAnAnswer(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]idempotency.Outcome{
		0:   idempotency.Forget, // an answer that nobody filled in must not be committed
		100: idempotency.Forget,
		200: idempotency.Commit, 201: idempotency.Commit, 399: idempotency.Commit,
		400: idempotency.Refuse, 403: idempotency.Refuse, 404: idempotency.Refuse, 405: idempotency.Refuse,
		413: idempotency.Refuse, 415: idempotency.Refuse, 422: idempotency.Refuse,
		401: idempotency.Forget, 409: idempotency.Forget, 429: idempotency.Forget,
		500: idempotency.Forget, 503: idempotency.Forget, 504: idempotency.Forget,
	} {
		require.Equal(t, want, idempotency.Answer{Status: status}.Outcome(), status)
	}
}

func TestZeroOutcomeIsTheSafeOne(t *testing.T) {
	t.Parallel()
	var zero idempotency.Outcome
	require.Equal(t, idempotency.Forget, zero)
}
