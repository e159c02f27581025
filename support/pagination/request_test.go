package pagination_test

import (
	"bytes"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/dailyfeed/dailyfeed/support/pagination"
)

var defaults = pagination.Defaults{Page: 0, Size: 20}

func query(t *testing.T, raw string) url.Values {
	t.Helper()
	values, err := url.ParseQuery(raw)
	require.NoError(t, err)
	return values
}

func newSealer(t *testing.T) *pagination.Sealer {
	t.Helper()
	sealer, err := pagination.NewSealer(bytes.Repeat([]byte{7}, 32))
	require.NoError(t, err)
	return sealer
}

func brokenFields(t *testing.T, err error) (fields []string) {
	t.Helper()
	var failure *apierr.Error
	require.ErrorAs(t, err, &failure)
	require.Same(t, apierr.CodeValidationFailed, failure.Code)
	for _, v := range failure.Violations {
		fields = append(fields, v.Field)
		require.NotEmpty(t, v.Korean)
		require.NotEmpty(t, v.English)
	}
	return fields
}

func TestParseTakes(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]pagination.Request{
		"":                                       {Page: 0, Size: 20},
		"page=3":                                 {Page: 3, Size: 20},
		"size=5":                                 {Page: 0, Size: 5},
		"page=1&size=1":                          {Page: 1, Size: 1},
		"size=100":                               {Page: 0, Size: 100},
		"size=101":                               {Page: 0, Size: 100},
		"size=9223372036854775807":               {Page: 0, Size: 100},
		"page=007&size=010":                      {Page: 7, Size: 10},
		"page=100&size=100":                      {Page: 100, Size: 100},
		"page=100&size=5000":                     {Page: 100, Size: 100},
		"page=10000&size=1":                      {Page: 10000, Size: 1},
		"page=500":                               {Page: 500, Size: 20},
		"page=2&cursor=is-not-known-here&sort=x": {Page: 2, Size: 20},
	} {
		got, err := pagination.Parse(query(t, raw), defaults)
		require.NoError(t, err, raw)
		require.Equal(t, want, got, raw)
	}
}

func TestEachEndpointGivesItsDefaults(t *testing.T) {
	t.Parallel()
	got, err := pagination.Parse(url.Values{}, pagination.Defaults{Page: 1, Size: 10})
	require.NoError(t, err)
	require.Equal(t, pagination.Request{Page: 1, Size: 10}, got)
}

func TestParseRefusesWhatIsNoNumberOrOutOfRange(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string][]string{
		"page=-1":                       {"page"},
		"size=0":                        {"size"},
		"size=-5":                       {"size"},
		"page=x":                        {"page"},
		"page=":                         {"page"},
		"page=1.0":                      {"page"},
		"page=1e2":                      {"page"},
		"page=0x1":                      {"page"},
		"page=1_0":                      {"page"},
		"page=%201":                     {"page"},
		"page=1%20":                     {"page"},
		"page=+1":                       {"page"}, // an unescaped plus is a space
		"page=%2B1":                     {"page"},
		"page=%EF%BC%91":                {"page"}, // a full-width digit
		"page=1%00":                     {"page"},
		"page=9223372036854775808":      {"page"},
		"size=99999999999999999999999":  {"size"},
		"page=1&page=2":                 {"page"},
		"page=-1&size=0":                {"page", "size"},
		"page=null&size=undefined":      {"page", "size"},
		"page=-9223372036854775808":     {"page"},
		"page=-99999999999999999999999": {"page"},
	} {
		_, err := pagination.Parse(query(t, raw), defaults)
		require.Equal(t, want, brokenFields(t, err), raw)
	}
}

func TestPageTimesSizeOverTenThousandIsTooDeep(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		"page=501", "page=101&size=100", "page=101&size=1000", "page=10001&size=1",
		"page=9223372036854775807&size=100", "page=9223372036854775807&size=2", "page=4611686018427387904&size=4",
	} {
		_, err := pagination.Parse(query(t, raw), defaults)
		require.True(t, apierr.HasCode(err, apierr.CodePageTooDeep), "%s: %v", raw, err)

		_, err = newSealer(t).ParseScroll(query(t, raw), defaults, pagination.Scope{"posts"})
		require.True(t, apierr.HasCode(err, pagination.CodePageTooDeep), "%s: %v", raw, err)
	}
}

func TestTooDeepNamesCursorWhereTheEndpointHasOne(t *testing.T) {
	t.Parallel()
	require.Equal(t, apierr.CodePageTooDeep.Name(), pagination.CodePageTooDeep.Name())
	require.Equal(t, apierr.CodePageTooDeep.Kind(), pagination.CodePageTooDeep.Kind())
	for _, english := range []bool{true, false} {
		require.Contains(t, pagination.CodePageTooDeep.Message(english), "cursor")
		require.NotContains(t, apierr.CodePageTooDeep.Message(english), "cursor")
	}
}

func TestCursorReplacesPage(t *testing.T) {
	t.Parallel()
	sealer, scope := newSealer(t), pagination.Scope{"posts"}
	cursor := sealer.Seal(scope, pagination.Position{Page: 700, Numbers: []int64{42}})

	for _, raw := range []string{"cursor=" + cursor, "page=2&cursor=" + cursor, "page=999999&cursor=" + cursor} {
		got, err := sealer.ParseScroll(query(t, raw), defaults, scope)
		require.NoError(t, err, raw)
		require.Equal(t, []int64{42}, got.After.Numbers)
		require.Equal(t, 700, got.Page)
		require.Zero(t, got.Skip())
		require.Equal(t, 21, got.Fetch())
	}
}

func TestBadCursorIsAValidationFailure(t *testing.T) {
	t.Parallel()
	sealer, scope := newSealer(t), pagination.Scope{"posts"}
	good := sealer.Seal(scope, pagination.Position{Numbers: []int64{1}})
	for _, raw := range []string{"cursor=", "cursor=x", "cursor=" + good + "&cursor=" + good, "cursor=" + good + "%3D", "cursor=%20" + good} {
		_, err := sealer.ParseScroll(query(t, raw), defaults, scope)
		require.Equal(t, []string{"cursor"}, brokenFields(t, err), raw)
	}
	_, err := sealer.ParseScroll(query(t, "size=0&cursor="+good), defaults, scope)
	require.Equal(t, []string{"size"}, brokenFields(t, err))
}

func TestSkipAndFetch(t *testing.T) {
	t.Parallel()
	request := pagination.Request{Page: 3, Size: 20}
	require.Equal(t, 60, request.Skip())
	require.Equal(t, 21, request.Fetch())
}
