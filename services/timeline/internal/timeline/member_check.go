package timeline

import (
	"context"
	"fmt"

	"github.com/dailyfeed/dailyfeed/support/apierr"
)

// requireMember fails with MEMBER_NOT_FOUND for a member that has left or never
// was. The caller itself is there: its token says so. Unknown passes, since
// what the member wrote may still tell.
func requireMember(ctx context.Context, authors AuthorBook, caller, member MemberID) (Standing, error) {
	if caller == member {
		return Present, nil
	}
	standing := authors.FindAuthors(ctx, []MemberID{member})[member].Standing
	if standing == Gone {
		return Gone, CodeMemberNotFound.Wrap(fmt.Errorf("no member %d", member))
	}
	return standing, nil
}

func errMemberUnknown(member MemberID) error {
	return apierr.CodeServiceUnavailable.Wrap(fmt.Errorf("nothing tells whether there is a member %d", member))
}
