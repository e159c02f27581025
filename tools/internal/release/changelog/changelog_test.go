package changelog_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/tools/internal/release/changelog"
)

func TestChangesStandUnderTheirAreas(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	changelog.Write(&out, "since v1", changelog.Read("a1 member: sign out everywhere\nb2 content: keep *edits*\nc3 Revert \"x: y\"\nd4 member: add <b>\n"))
	require.Equal(t, `# since v1

## content
- keep \*edits\* (b2)

## member
- sign out everywhere (a1)
- add &lt;b> (d4)

## other
- Revert "x: y" (c3)
`, out.String())
}
