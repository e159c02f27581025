package password

import (
	"errors"

	"golang.org/x/crypto/argon2"
)

// Task is one sum to be computed.
type Task struct {
	Password, Salt []byte
	Params         Params
	// Size is the length of the sum in bytes.
	Size int
}

// Deriver computes sums. It is safe for concurrent use; how many it is asked for
// at once is bounded by a Hasher's slots.
type Deriver interface {
	// Derive returns the sum of a task, whose parameters are sane.
	Derive(task Task) ([]byte, error)
}

// Within computes in this process, at its priority.
type Within struct{}

// Derive implements Deriver. It does not fail.
func (Within) Derive(t Task) ([]byte, error) {
	return argon2.IDKey(t.Password, t.Salt, t.Params.Passes, t.Params.MemoryKiB, t.Params.Lanes, uint32(t.Size)), nil
}

var errBadTask = errors.New("password: not a task")

// isSane keeps what is not ours from being computed at all.
func (t Task) isSane() bool {
	return stored{params: t.Params, salt: t.Salt, sum: make([]byte, min(max(t.Size, 0), maxSum+1))}.isSane()
}
