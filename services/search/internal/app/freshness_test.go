package app

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The promise is two seconds at 200 writes a second, which BenchmarkFreshness
// measures; here it is only that all of it arrives, on machines as they are.
func TestEveryEditIsFoundAndEveryDeletionGoneUnderAStreamOfWrites(t *testing.T) {
	t.Parallel()
	f := start(t)
	const posts = 60
	var all []any
	for id := range int64(posts) {
		all = append(all, post(id+1, "", "처음"))
	}
	f.write(t, all...)
	f.await(t, "posts", "처음", allIDs(posts, func(int64) bool { return true })...)
	for id := range int64(posts) { // one by one, as members write
		p := post(id+1, "", fmt.Sprintf("고친 문장 표%d", id+1))
		p.Version, p.Deleted = 2, (id+1)%3 == 0
		f.write(t, p)
	}
	f.await(t, "posts", "문장", allIDs(posts, func(id int64) bool { return id%3 != 0 })...)
	f.await(t, "posts", "처음")
	require.Equal(t, []int64{7}, f.search(t, "posts", "표 7").ids())
	require.Eventually(t, func() bool { return f.search(t, "posts", "문장").TotalElements == posts*2/3 }, 20*time.Second, 20*time.Millisecond)
}

func allIDs(n int64, keep func(id int64) bool) []int64 {
	var ids []int64
	for id := int64(1); id <= n; id++ {
		if keep(id) {
			ids = append(ids, id)
		}
	}
	return ids
}
