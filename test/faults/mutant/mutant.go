// Package mutant builds services with one guarantee taken out, to prove that the harness
// notices; and services with another clock. A mutant is a change of the text of the service's own source, laid over it
// for one build (go build -overlay): nothing of it is in the tree that releases are
// built from, and no setting brings it about. A change that no longer fits the source
// fails to build.
package mutant

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Change replaces a text that occurs once in a file of the repository.
type Change struct{ File, Old, New string }

// Mutant is what is changed.
type Mutant []Change

// PublishBeforeCommit sends an event when it is appended, not when it is committed.
func PublishBeforeCommit() Mutant {
	return Mutant{{
		"support/deadletter/publisher.go",
		"return p.store.pool.AfterCommit(ctx, func() { p.offer(letters, leaseUntil) })",
		"records := make([]kafka.Record, len(letters))\n" +
			"for i, letter := range letters { records[i] = letter.record() }\n" +
			"p.producer.Produce(ctx, records)\nreturn nil",
	}}
}

// CommitOffsetBeforeApply lets the offset move before the record is handled.
func CommitOffsetBeforeApply() Mutant {
	return Mutant{{
		"support/kafka/worker.go",
		"		done, err := w.try(ctx, handling, ",
		"		w.progress.mark(w.partition, batch[len(batch)-1].Offset+1, 0)\n		done, err := w.try(ctx, handling, ",
	}}
}

// CursorInsteadOfLeases sends events only by a drain that reads the table from where it
// was: id > last.
func CursorInsteadOfLeases() Mutant {
	const claim = "support/deadletter/claim.go"
	return Mutant{
		{
			"support/deadletter/publisher.go",
			"return p.store.pool.AfterCommit(ctx, func() { p.offer(letters, leaseUntil) })",
			"return nil",
		},
		{
			claim, `" WHERE parked_at IS NULL AND next_attempt_at <= ? ORDER BY next_attempt_at, id LIMIT ? FOR UPDATE SKIP LOCKED"`,
			`" WHERE id > ? ORDER BY id LIMIT ? FOR UPDATE SKIP LOCKED"`,
		},
		{
			claim, "err = s.pool.DB(ctx).Raw(s.dueSQL(), now, limit).Scan(&due).Error",
			"_ = now\nerr = s.pool.DB(ctx).Raw(s.dueSQL(), lastRead, limit).Scan(&due).Error\n" +
				"for _, r := range due { lastRead = max(lastRead, r.ID) }",
		},
		{claim, "free, blocked, err := s.divide(ctx, due, now)", "free, blocked := due, map[time.Time][]int64{}"},
		{claim, "// claim takes the lease", "var lastRead int64\n\n// claim takes the lease"},
	}
}

var errMisfit = errors.New("the text of a mutant is not once in the source")

// Build builds a service with the mutant into dir and returns the program's path.
func (m Mutant) Build(ctx context.Context, root, dir, service string) (string, error) {
	overlay, err := m.overlay(root, dir)
	if err != nil {
		return "", err
	}
	program := filepath.Join(dir, service)
	build := exec.CommandContext(ctx, "go", "build", "-overlay", overlay, "-o", program, fmt.Sprintf("./services/%s/cmd/%s", service, service))
	var output bytes.Buffer
	build.Dir, build.Stdout, build.Stderr = root, &output, &output
	if err := build.Run(); err != nil {
		return "", fmt.Errorf("build mutant of %s: %w\n%s", service, err, output.Bytes())
	}
	return program, nil
}

// overlay writes the changed files and the list of them.
func (m Mutant) overlay(root, dir string) (string, error) {
	replaced := map[string]string{}
	for i, change := range m {
		path := filepath.Join(root, change.File)
		source := path
		if replaced[path] != "" {
			source = replaced[path]
		}
		text, err := os.ReadFile(source)
		if err != nil {
			return "", fmt.Errorf("mutant: %w", err)
		}
		if strings.Count(string(text), change.Old) != 1 {
			return "", fmt.Errorf("%w: %s: %q", errMisfit, change.File, change.Old)
		}
		changed := filepath.Join(dir, fmt.Sprintf("%d.go", i))
		if err := os.WriteFile(changed, []byte(strings.Replace(string(text), change.Old, change.New, 1)), 0o644); err != nil {
			return "", fmt.Errorf("mutant: %w", err)
		}
		replaced[path] = changed
	}
	list, err := json.Marshal(map[string]any{"Replace": replaced})
	if err != nil {
		return "", fmt.Errorf("mutant: %w", err)
	}
	path := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(path, list, 0o644); err != nil {
		return "", fmt.Errorf("mutant: %w", err)
	}
	return path, nil
}

// clock is where each service plugs its clock in.
func clock(service, expression string) Mutant {
	return Mutant{{
		"services/" + service + "/internal/app/commands.go",
		"func now() time.Time { return time.Now().UTC()",
		"func now() time.Time { return time.Now().Add(" + expression + ").UTC()",
	}}
}

// ShiftedClock is a service whose clock is ahead.
func ShiftedClock(service string, by time.Duration) Mutant {
	return clock(service, fmt.Sprintf("%d", by))
}

// SteppingClock is a service whose clock is stepped every seven seconds, by 20 s to and
// fro, in each process at another time.
func SteppingClock(service string) Mutant {
	changes := clock(service, "time.Duration((time.Now().Unix()/7+born)%3-1)*20*time.Second")
	changes[0].New = "var born = time.Now().UnixNano()\n\n" + changes[0].New
	return changes
}

// DayLength is how long a day of ShortDays is.
const DayLength = 10 * time.Second

// ShortDays is a service whose topics are of days of DayLength, from now on: midnight
// comes every ten seconds. Its clock is right.
func ShortDays(from time.Time) Mutant {
	return Mutant{{
		"proto-contracts/activityrecord/topic.go",
		"return prefix + e.GetOccurredAt().AsTime().Format(topicDateLayout)",
		fmt.Sprintf("at := e.GetOccurredAt().AsTime()\nreturn prefix + at.AddDate(0, 0, int(max(0, at.Unix()-%d)/%d)).Format(topicDateLayout)", from.Unix(), int64(DayLength.Seconds())),
	}}
}
