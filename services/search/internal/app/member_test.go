package app

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestARenamedAuthorIsFoundByTheNewHandleAtOnceAndNoMoreByTheOld(t *testing.T) {
	t.Parallel()
	f := library(t)
	require.Equal(t, []int64{5}, f.search(t, "posts", "from:mia_l").ids())
	f.rename("mia_l", "mia_long")
	require.Equal(t, []int64{5}, f.search(t, "posts", "from:mia_long").ids())
	require.Empty(t, f.search(t, "posts", "from:mia_l").ids())
	require.Equal(t, "mia_long", *f.firstHandle(t, "running"), "and is shown with it")
}

func TestADeactivatedAuthorIsNobodysHandleAndTheTextsStay(t *testing.T) {
	t.Parallel()
	f := library(t)
	f.rename("mia_l", "")
	require.Empty(t, f.search(t, "posts", "from:mia_l").ids())
	require.Equal(t, []int64{5}, f.search(t, "posts", "running").ids())
}

// rename changes a handle as member does; an empty one is a deactivation.
func (n *neighbours) rename(from, to string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if to != "" {
		n.handles[to] = n.handles[from]
	}
	delete(n.handles, from)
}

// firstHandle is how the author of the first result is shown.
func (f *fleet) firstHandle(t *testing.T, keyword string) *string {
	t.Helper()
	content := f.search(t, "posts", keyword).Content
	require.NotEmpty(t, content)
	return content[0].AuthorHandle
}
