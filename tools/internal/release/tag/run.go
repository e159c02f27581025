package tag

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"
)

// Run is what a workflow run says about itself.
type Run struct {
	// Event is "push" or "workflow_dispatch".
	Event string
	// RefType is "branch" or "tag"; Ref is its short name.
	RefType, Ref string
	// Number counts the runs of the workflow; a re-run keeps it.
	Number int
	// Typed is the tag that a person gave to a dispatched run, "" for none.
	Typed string
	// At is when it was asked for: the moment of the push, which a re-run
	// keeps, so that it names its images as the first attempt did.
	At time.Time
}

// Choice is how an image is to be named.
type Choice struct {
	Tag string
	// Latest tells that the moving tag may follow.
	Latest bool
}

var (
	errEvent   = errors.New("images are made by a push or by hand")
	errRefType = errors.New("images are made from branches")
	errNumber  = errors.New("no run number")
	errMoment  = errors.New("no moment")
)

// Choose is the tag for a run. A person's tag wins in a dispatched run; without
// one, and always on a push, it is the automatic one.
func Choose(r Run) (Choice, error) {
	if r.RefType != "branch" {
		return Choice{}, fmt.Errorf("ref type %q: %w", r.RefType, errRefType)
	}
	choice := Choice{Latest: r.Ref == Main}
	var err error
	switch {
	case r.Event == "workflow_dispatch" && r.Typed != "":
		choice.Tag, err = Manual(r.Typed)
	case r.Event == "push" || r.Event == "workflow_dispatch":
		choice.Tag, err = Automatic(r.Ref, r.At, r.Number)
	default:
		err = fmt.Errorf("event %q: %w", r.Event, errEvent)
	}
	if err != nil {
		return Choice{}, err
	}
	return choice, nil
}

// FromEnvironment reads a run from the variables of GitHub Actions and from
// TYPED_TAG. Nothing of it passes through a shell. now is the moment of events
// that do not carry their own.
func FromEnvironment(get func(string) string, now time.Time) (Run, error) {
	number, err := strconv.Atoi(get("GITHUB_RUN_NUMBER"))
	if err != nil {
		return Run{}, errors.Join(errNumber, err)
	}
	r := Run{
		Event: get("GITHUB_EVENT_NAME"), RefType: get("GITHUB_REF_TYPE"), Ref: get("GITHUB_REF_NAME"),
		Number: number, Typed: get("TYPED_TAG"), At: now,
	}
	if r.Event != "push" {
		return r, nil
	}
	r.At, err = pushedAt(get("GITHUB_EVENT_PATH"))
	return r, err
}

// pushedAt reads the moment of a push from the event's document, where it is a
// number of seconds.
func pushedAt(name string) (time.Time, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return time.Time{}, fmt.Errorf("read event: %w", err)
	}
	var event struct {
		Repository struct {
			PushedAt int64 `json:"pushed_at"`
		} `json:"repository"`
	}
	if err := json.Unmarshal(text, &event); err != nil {
		return time.Time{}, fmt.Errorf("read event: %w", err)
	}
	if event.Repository.PushedAt <= 0 {
		return time.Time{}, fmt.Errorf("read event: repository.pushed_at: %w", errMoment)
	}
	return time.Unix(event.Repository.PushedAt, 0), nil
}
