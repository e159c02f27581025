package mysqlreader

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
)

// failed says what could not be done; a row that is not there is ErrAbsent.
func failed(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, sql.ErrNoRows) {
		err = timeline.ErrAbsent
	}
	return fmt.Errorf(format+": %w", append(args, err)...)
}
