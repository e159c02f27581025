package member

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/apierr"
)

// the codes of spec 04, by name and kind
func TestCodesAreThoseOfTheContract(t *testing.T) {
	t.Parallel()
	for code, want := range map[*apierr.Code]struct {
		name string
		kind apierr.Kind
	}{
		CodeMemberNotFound: {"MEMBER_NOT_FOUND", apierr.NotFound}, CodeMemberExists: {"MEMBER_ALREADY_EXISTS", apierr.Invalid},
		CodeHandleExists: {"MEMBER_HANDLE_ALREADY_EXISTS", apierr.Invalid}, CodePasswordInvalid: {"MEMBER_PASSWORD_INVALID", apierr.Invalid},
		CodeIDsLimitExceeds: {"MEMBER_IDS_LIMIT_EXCEEDS", apierr.Invalid}, CodeLoginFailed: {"LOGIN_FAILED", apierr.Invalid},
		CodeFollowSelf: {"FOLLOW_SELF", apierr.Invalid}, CodeFollowExists: {"FOLLOW_RELATIONSHIP_ALREADY_EXISTS", apierr.Invalid},
		CodeFollowNotFound: {"FOLLOW_RELATIONSHIP_NOT_FOUND", apierr.NotFound}, CodeFollowLimitExceeds: {"FOLLOW_LIMIT_EXCEEDS", apierr.Invalid},
		CodeSessionNotFound: {"SESSION_NOT_FOUND", apierr.NotFound},
	} {
		require.Equal(t, want.name, code.Name())
		require.Equal(t, want.kind, code.Kind())
		require.NotEqual(t, code.Message(true), code.Message(false))
	}
	require.Contains(t, CodeFollowSelf.Message(false), "자기")
}
