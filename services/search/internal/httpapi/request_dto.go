package httpapi

import (
	"fmt"
	"net/url"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/searchrest"
	"github.com/dailyfeed/dailyfeed/services/search/internal/search"
	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/dailyfeed/dailyfeed/support/httpserver"
	"github.com/dailyfeed/dailyfeed/support/pagination"
)

const (
	defaultSize = 10
	maxIDs      = 100
)

func fromSearch(query url.Values) (search.Request, pagination.Request, error) {
	order, err := fromSort(query["sort"])
	if err != nil {
		return search.Request{}, pagination.Request{}, err
	}
	if len(query["keyword"]) > 1 {
		return search.Request{}, pagination.Request{}, apierr.Violated("keyword", "한 번만 보낼 수 있습니다", "may be given once")
	}
	page, slice, err := fromPage(query)
	return search.Request{Keyword: query.Get("keyword"), Order: order, Slice: slice}, page, err
}

func fromPage(query url.Values) (pagination.Request, search.Slice, error) {
	page, err := pagination.Parse(query, pagination.Defaults{Size: defaultSize})
	return page, search.Slice{Skip: page.Skip(), Limit: page.Size}, err
}

// fromSort reads the values of sort; absent means relevance.
func fromSort(given []string) (search.Order, error) {
	if len(given) == 0 {
		return search.ByRelevance, nil
	}
	if len(given) == 1 {
		switch searchrest.Sort(given[0]) {
		case searchrest.SortRelevance:
			return search.ByRelevance, nil
		case searchrest.SortRecent:
			return search.ByRecency, nil
		}
	}
	return 0, apierr.Violated("sort", "relevance 또는 recent여야 합니다", "must be relevance or recent")
}

// fromIDs checks the ids of a request for counts; nil means that there are none.
func fromIDs[ID ~int64](field string, ids []int64) ([]ID, error) {
	var broken apierr.Violations
	switch {
	case ids == nil:
		broken.Add(field, "필수 값입니다", "is required")
	case len(ids) > maxIDs:
		broken.Add(field, fmt.Sprintf("%d개까지 보낼 수 있습니다", maxIDs), fmt.Sprintf("must have at most %d ids", maxIDs))
	}
	typed := make([]ID, 0, min(len(ids), maxIDs))
	for i, id := range ids[:min(len(ids), maxIDs)] {
		if id < 1 || id > httpserver.MaxID {
			broken.Add(fmt.Sprintf("%s[%d]", field, i), "올바른 ID가 아닙니다", "must be a positive integer below 2^53")
		}
		typed = append(typed, ID(id))
	}
	return typed, broken.Err()
}
