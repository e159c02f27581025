package httpserver

import (
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/dailyfeed/dailyfeed/support/apierr"
)

const (
	usualPortion = 500
	maxPortion   = 1000
)

// Portion reads which part of a list the fleet wants: what comes after an id (0 by
// default), and at most limit of it (1 to 1000, 500 by default). Each
// parameter is given at most once, in digits. Fails with CodeValidationFailed.
func Portion(c *gin.Context) (after int64, limit int, err error) {
	var broken apierr.Violations
	after, ok := queryNumber(c, "after", 0)
	if !ok || after < 0 || after > MaxID {
		broken.Add("after", "올바른 ID가 아닙니다", "must be an id or 0")
	}
	most, ok := queryNumber(c, "limit", usualPortion)
	if !ok || most < 1 || most > maxPortion {
		broken.Add("limit", "1에서 1000 사이여야 합니다", "must be from 1 to 1000")
	}
	return after, int(most), broken.Err()
}

// Known reads which version of a list the fleet has, -1 where it has none. Fails with
// CodeValidationFailed.
func Known(c *gin.Context) (version int64, err error) {
	var broken apierr.Violations
	const none = -1
	if _, given := c.GetQuery("known"); !given {
		return none, nil
	}
	version, ok := queryNumber(c, "known", none)
	if !ok || version < 0 || version > MaxID {
		broken.Add("known", "올바른 버전이 아닙니다", "must be a version")
	}
	return version, broken.Err()
}

// queryNumber is the value of a parameter that is given at most once, in digits;
// strconv alone would also take "+1".
func queryNumber(c *gin.Context, name string, absent int64) (int64, bool) {
	values := c.QueryArray(name)
	switch {
	case len(values) == 0:
		return absent, true
	case len(values) > 1 || strings.HasPrefix(values[0], "+"):
		return 0, false
	}
	value, err := strconv.ParseInt(values[0], 10, 64)
	return value, err == nil
}
