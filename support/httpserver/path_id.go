package httpserver

import (
	"regexp"
	"strconv"

	"github.com/gin-gonic/gin"

	"github.com/dailyfeed/dailyfeed/support/apierr"
)

// MaxID is the largest id: what a JavaScript number holds exactly is below 2^53.
const MaxID = 1<<53 - 1

var idForm = regexp.MustCompile(`^[1-9][0-9]{0,15}$`)

// PathID is the path parameter name as an id: a positive integer below 2^53.
// Anything else is CodeValidationFailed for that parameter.
func PathID(c *gin.Context, name string) (int64, error) {
	id, ok := ParseID(c.Param(name))
	if !ok {
		return 0, apierr.Violated(name, "올바른 ID가 아닙니다", "must be a positive integer below 2^53")
	}
	return id, nil
}

// ParseID reads an id in its only form: decimal digits without sign or leading zero.
func ParseID(text string) (id int64, ok bool) {
	if !idForm.MatchString(text) {
		return 0, false
	}
	id, err := strconv.ParseInt(text, 10, 64)
	return id, err == nil && id <= MaxID
}
