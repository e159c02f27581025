package ctl

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestColumnsAreAlignedByCells(t *testing.T) {
	t.Parallel()
	require.Equal(t, ""+
		"ID  NAME    LIKES\n"+
		"1   김하늘  2\n"+
		"10  lee     30\n",
		layOut([]string{"ID", "NAME", "LIKES"}, [][]any{{1, "김하늘", 2}, {10, "lee", 30}}))
}

func TestAForeignTextCannotMoveTheCursor(t *testing.T) {
	t.Parallel()
	require.Equal(t, "a [31mb c", clip("a\x1b[31mb\nc"))
	require.Equal(t, "a b", clip("a\u009bb"))
}

func TestALongTextIsCut(t *testing.T) {
	t.Parallel()
	require.Equal(t, strings.Repeat("가", 40)+"…", clip(strings.Repeat("가", 50)))
}
