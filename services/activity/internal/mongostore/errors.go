package mongostore

import (
	"context"
	"errors"
	"fmt"

	driver "go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/dailyfeed/dailyfeed/services/activity/internal/activity"
	"github.com/dailyfeed/dailyfeed/support/mongo"
)

// fault says what failed, with the domain's word for it where there is one.
func (s *Store) fault(ctx context.Context, doing string, err error) error {
	switch {
	case errors.Is(err, driver.ErrNoDocuments):
		return fmt.Errorf("%s: %w", doing, activity.ErrAbsent)
	case mongo.IsDuplicate(err):
		return fmt.Errorf("%s: %w: %w", doing, activity.ErrPresent, err)
	}
	return fmt.Errorf("%s: %w", doing, mongo.Fault(ctx, err))
}
