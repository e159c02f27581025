package password

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// wireSum answers a wireTask: one line of JSON each. The numbers must agree.
type wireSum struct {
	Number uint64 `json:"number"`
	Sum    []byte `json:"sum"`
}

type wireTask struct {
	Number uint64 `json:"number"`
	Task   Task   `json:"task"`
}

// Help is what a helper process does: it computes the tasks that come in, one
// after the other, until there are no more, which is when its parent closes the
// pipe or dies. It knows no keys and no accounts: what it is told is a password
// and a salt, and what it tells is a sum, not whether that is right.
func Help(in io.Reader, out io.Writer) error {
	tasks, sums := json.NewDecoder(in), json.NewEncoder(out)
	for {
		var asked wireTask
		err := tasks.Decode(&asked)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("read task: %w", err)
		case !asked.Task.isSane():
			return errBadTask
		}
		sum, err := Within{}.Derive(asked.Task)
		if err != nil {
			return err
		}
		if err := sums.Encode(wireSum{Number: asked.Number, Sum: sum}); err != nil {
			return fmt.Errorf("write sum: %w", err)
		}
	}
}
