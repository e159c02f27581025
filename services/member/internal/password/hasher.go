// Package password hashes passwords with argon2id, a bounded number at a time,
// and knows the passwords that everybody guesses first.
//
// Why argon2id and not bcrypt: OWASP names it first; it reads all of its input
// (bcrypt stops after 72 bytes); and its cost is memory too, which graphics
// cards lack. The parameters are OWASP's minimum of November 2026 (19 MiB, two
// passes, one lane): 19 MiB per hash fits the container's limit with every slot
// in use. They are stored with each hash, so that raising them here upgrades
// every member at its next login.
package password

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"golang.org/x/crypto/argon2"

	"github.com/dailyfeed/dailyfeed/services/member/internal/member"
)

// Params are argon2id's costs.
type Params struct {
	// MemoryKiB is the memory of one hash in KiB.
	MemoryKiB uint32
	Passes    uint32
	Lanes     uint8
}

// OWASP is the minimum of the OWASP password storage cheat sheet.
var OWASP = Params{MemoryKiB: 19 * 1024, Passes: 2, Lanes: 1}

const (
	saltBytes = 16
	hashBytes = 32
	// the most that a stored hash may ask of us: what is read from the database
	// must not be able to stop the process
	maxMemoryKiB = 256 * 1024
	maxPasses    = 16
	maxSum       = 64
)

// Limits bound the work.
type Limits struct {
	// Slots is how many hashes are computed at once.
	Slots int
	// Queue is how many calls may wait for a slot; more fail at once.
	Queue int
	// Wait is how long a call waits for a slot.
	Wait time.Duration
}

// Hasher implements member.PasswordHasher. It is safe for concurrent use.
type Hasher struct {
	params Params
	work   Deriver
	random io.Reader
	slots  chan struct{}
	queue  chan struct{}
	wait   time.Duration
	decoy  stored // of no password
}

var _ member.PasswordHasher = (*Hasher)(nil)

// New hashes with params, within limits, by work. random must be unpredictable.
func New(params Params, limits Limits, work Deriver, random io.Reader) (*Hasher, error) {
	h := &Hasher{
		params: params, work: work, random: random, wait: limits.Wait,
		slots: make(chan struct{}, limits.Slots), queue: make(chan struct{}, limits.Slots+limits.Queue),
	}
	// the decoy is made without hashing: nothing has to be found that gives this
	// sum, and the 19 MiB would stay with the process
	h.decoy = stored{params: params, salt: make([]byte, saltBytes), sum: make([]byte, hashBytes)}
	for _, part := range [][]byte{h.decoy.salt, h.decoy.sum} {
		if _, err := io.ReadFull(random, part); err != nil {
			return nil, fmt.Errorf("make decoy: %w", err)
		}
	}
	return h, nil
}

// Hash implements member.PasswordHasher.
func (h *Hasher) Hash(ctx context.Context, password string) (member.PasswordHash, error) {
	release, err := h.acquire(ctx)
	if err != nil {
		return "", err
	}
	defer release()
	hashed, err := h.hash(password)
	if err != nil {
		return "", err
	}
	return member.PasswordHash(hashed.String()), nil
}

// Verify implements member.PasswordHasher.
func (h *Hasher) Verify(ctx context.Context, hash member.PasswordHash, password string) (member.Verdict, error) {
	release, err := h.acquire(ctx)
	if err != nil {
		return member.WrongPassword, err
	}
	defer release()
	known, exists := h.decoy, hash != ""
	if exists {
		if known, err = parse(string(hash)); err != nil {
			return member.WrongPassword, err
		}
	}
	sum, err := h.derive(known, password)
	if err != nil {
		return member.WrongPassword, err
	}
	right := subtle.ConstantTimeCompare(sum, known.sum) == 1
	switch {
	case !right || !exists:
		return member.WrongPassword, nil
	case known.params != h.params || len(known.salt) != saltBytes || len(known.sum) != hashBytes:
		return member.RightButWeak, nil
	}
	return member.RightPassword, nil
}

func (h *Hasher) hash(password string) (stored, error) {
	s := stored{params: h.params, salt: make([]byte, saltBytes), sum: make([]byte, hashBytes)}
	if _, err := io.ReadFull(h.random, s.salt); err != nil {
		return stored{}, fmt.Errorf("hash password: %w", err)
	}
	sum, err := h.derive(s, password)
	if err != nil {
		return stored{}, err
	}
	s.sum = sum
	return s, nil
}

// derive computes what the sum of a hash would be for this password.
func (h *Hasher) derive(s stored, password string) ([]byte, error) {
	return h.work.Derive(Task{Password: []byte(password), Salt: s.salt, Params: s.params, Size: len(s.sum)})
}

type reservedKey struct{}

// Reserve takes a slot before a transaction is begun, so that nobody waits for
// one with a connection and locks in hand. Hash and Verify with the context
// that it returns use that slot. release gives it back. Fails with member.ErrBusy.
func (h *Hasher) Reserve(ctx context.Context) (reserved context.Context, release func(), err error) {
	release, err = h.acquire(ctx)
	if err != nil {
		return nil, nil, err
	}
	return context.WithValue(ctx, reservedKey{}, h), release, nil
}

func (h *Hasher) acquire(ctx context.Context) (release func(), err error) {
	if ctx.Value(reservedKey{}) == h {
		return func() {}, nil
	}
	select {
	case h.queue <- struct{}{}:
	default:
		return nil, fmt.Errorf("%w: queue for hashing is full", member.ErrBusy)
	}
	defer func() {
		if err != nil {
			<-h.queue
		}
	}()
	timer := time.NewTimer(h.wait)
	defer timer.Stop()
	select {
	case h.slots <- struct{}{}:
		return func() { <-h.slots; <-h.queue }, nil
	case <-timer.C:
		return nil, fmt.Errorf("%w: no slot for hashing within %s", member.ErrBusy, h.wait)
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for hashing: %w", ctx.Err())
	}
}

// InUse is how many hashes are being computed or waited for, for a metric.
func (h *Hasher) InUse() int { return len(h.queue) }

// stored is a hash with what it was made with.
type stored struct {
	params    Params
	salt, sum []byte
}

var encoding = base64.RawStdEncoding

// String is the PHC form: $argon2id$v=19$m=…,t=…,p=…$salt$hash.
func (s stored) String() string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		s.params.MemoryKiB, s.params.Passes, s.params.Lanes, encoding.EncodeToString(s.salt), encoding.EncodeToString(s.sum))
}

// ErrUnreadable is a stored hash that is not one of ours. Its text is not told.
var ErrUnreadable = errors.New("password: stored hash is unreadable")

func parse(text string) (stored, error) {
	parts := strings.Split(text, "$")
	const fields = 6
	if len(parts) != fields || parts[0] != "" || parts[1] != "argon2id" {
		return stored{}, ErrUnreadable
	}
	var version int
	var s stored
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return stored{}, ErrUnreadable
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &s.params.MemoryKiB, &s.params.Passes, &s.params.Lanes); err != nil {
		return stored{}, ErrUnreadable
	}
	var err error
	if s.salt, err = encoding.DecodeString(parts[4]); err != nil {
		return stored{}, ErrUnreadable
	}
	if s.sum, err = encoding.DecodeString(parts[5]); err != nil || !s.isSane() {
		return stored{}, ErrUnreadable
	}
	return s, nil
}

func (s stored) isSane() bool {
	const leastSum, leastSalt = 16, 8
	return s.params.MemoryKiB >= 8 && s.params.MemoryKiB <= maxMemoryKiB && s.params.Passes >= 1 && s.params.Passes <= maxPasses &&
		s.params.Lanes >= 1 && len(s.sum) >= leastSum && len(s.sum) <= maxSum && len(s.salt) >= leastSalt
}
