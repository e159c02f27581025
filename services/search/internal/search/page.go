package search

import "context"

// Slice is which part of a list is wanted.
type Slice struct {
	Skip, Limit int
}

// Found is a part of a list that has Total entries in all, at most MaxTotal.
type Found[T any] struct {
	Items []T
	Total int
}

// mostRounds bounds how often a page is filled up.
const mostRounds = 10

// fill reads the slice of ranked ids from their owner, and reads on where it
// leaves some out: a page is full as long as there is anything to fill it with.
// find returns the live ones of at most Limit ids, in any order.
func fill[T any](
	ctx context.Context, absent *absences, ranked []int64, slice Slice,
	find func(ctx context.Context, ids []int64) (map[int64]T, error),
) (Found[T], error) {
	ranked = absent.present(ranked)
	found := Found[T]{Total: min(len(ranked), MaxTotal)}
	rest := ranked[min(slice.Skip, len(ranked)):]
	for range mostRounds {
		wanted := min(slice.Limit-len(found.Items), len(rest))
		if wanted <= 0 {
			break
		}
		ids := rest[:wanted]
		rest = rest[wanted:]
		live, err := find(ctx, ids)
		if err != nil {
			return Found[T]{}, err
		}
		for _, id := range ids {
			item, ok := live[id]
			if !ok {
				absent.add(id)
				found.Total--
				continue
			}
			found.Items = append(found.Items, item)
		}
	}
	return found, nil
}
