package source

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
)

// Changed are the files that differ between two commits, with both names of a
// file that was moved; sorted.
func Changed(ctx context.Context, w *workspace.Workspace, from, to Commit) ([]string, error) {
	words := []string{"git", "diff", "--name-only", "--no-renames", "-z", from.ID, to.ID, "--"}
	answer, err := w.Run(ctx, workspace.Command{Words: words})
	if err != nil {
		return nil, fmt.Errorf("compare %s with %s: %w", from.ID, to.ID, err)
	}
	names := strings.FieldsFunc(string(answer), func(r rune) bool { return r == 0 })
	slices.Sort(names)
	return names, nil
}
