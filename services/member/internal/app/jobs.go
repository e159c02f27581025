package app

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/dailyfeed/dailyfeed/services/member/internal/config"
	"github.com/dailyfeed/dailyfeed/services/member/internal/signing"
	"github.com/dailyfeed/dailyfeed/support/process"
)

// drainDeadLetters sends every event that its own process did not. It ends well
// when only parked ones are left.
func drainDeadLetters(ctx context.Context, cfg config.Config, _ []string) error {
	s, err := wire(cfg)
	if err != nil {
		return err
	}
	defer s.close()
	sent, err := s.drain.DrainAll(ctx)
	slog.InfoContext(ctx, "drained", "sent", sent)
	return err
}

// rotateKeys replaces the primary key where it is old enough, or with --now
// whatever its age; with --revoke all keys at once, and nobody's token is good
// any more.
func rotateKeys(ctx context.Context, cfg config.Config, args []string) error {
	how := strings.Join(args, " ")
	if how != "" && how != "--now" && how != "--revoke" {
		return fmt.Errorf("%w: rotate-keys [--now | --revoke]", process.ErrUsage)
	}
	s, err := wire(cfg)
	if err != nil {
		return err
	}
	defer s.close()
	var done signing.Rotation
	if how == "--revoke" {
		done, err = s.rotator.Revoke(ctx)
	} else {
		done, err = s.rotator.Rotate(ctx, how == "--now")
	}
	if err != nil {
		return err
	}
	attrs := []any{"new_key", done.NewKey, "retired", done.Retired, "resealed", done.Resealed}
	if done.NewKey != "" {
		attrs = append(attrs, "signs_from", done.SignsFrom.Format(time.RFC3339))
	}
	slog.InfoContext(ctx, "keys rotated", attrs...)
	return nil
}

// cleanTokens removes tokens, sessions, answers and keys that are of no use any more.
func cleanTokens(ctx context.Context, cfg config.Config, _ []string) error {
	s, err := wire(cfg)
	if err != nil {
		return err
	}
	defer s.close()
	return s.clean(ctx)
}

func (s *service) clean(ctx context.Context) error {
	removed := map[string]int64{}
	err := s.store.Clean(ctx, now(), func(what string, rows int64) { removed[what] += rows })
	for what, rows := range removed {
		if rows > 0 {
			slog.InfoContext(ctx, "cleaned", "what", what, "rows", rows)
		}
	}
	return err
}
