package member

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/dailyfeed/dailyfeed/support/apierr"
)

// AccountStores is what AccountService needs of a database.
type AccountStores interface {
	LoginStores
	Profiles
	FollowUndoer
}

// AccountService is how members come and go.
type AccountService struct {
	store    AccountStores
	facts    FactLog
	hasher   PasswordHasher
	rules    PasswordRules
	signals  ChangeSignals
	revoker  revoker
	now      Clock
	today    func() Date
	purgeMax int
}

// AccountDeps are what an AccountService is made of.
type AccountDeps struct {
	Store     AccountStores
	Facts     FactLog
	Hasher    PasswordHasher
	Rules     PasswordRules
	Signals   ChangeSignals
	Announcer Announcer
	Now       Clock
	// Today is the day in the zone of the wire.
	Today func() Date
}

// followersAtOnce bounds the followers whose counters change in one
// transaction when a member leaves; the rest is PurgeFollowers'.
const followersAtOnce = 500

// NewAccountService joins the use cases of accounts to their ports.
func NewAccountService(d AccountDeps) *AccountService {
	return &AccountService{
		store: d.Store, facts: d.Facts, hasher: d.Hasher, rules: d.Rules, signals: d.Signals,
		revoker: revoker{store: d.Store, announcer: d.Announcer, now: d.Now},
		now:     d.Now, today: d.Today, purgeMax: followersAtOnce,
	}
}

// SignUp makes a member with its profile.
// Fails with VALIDATION_FAILED, which names every broken rule and a taken
// handle too; with MEMBER_ALREADY_EXISTS for a taken address; and with
// TOO_MANY_REQUESTS while too many passwords are being hashed.
func (s *AccountService) SignUp(ctx context.Context, newcomer SignUp) (profile Profile, err error) {
	profile, err = s.checkSignUp(ctx, newcomer)
	if err != nil {
		return Profile{}, err
	}
	hash, err := s.hasher.Hash(ctx, newcomer.Password)
	if err != nil {
		return Profile{}, busyOr(err)
	}
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		now := s.now()
		account := Account{Status: StatusActive, Roles: []Role{RoleMember}, PasswordHash: hash, PasswordChangedAt: now, CreatedAt: now}
		if profile.MemberID, err = s.store.AddAccount(ctx, account); err != nil {
			return err
		}
		if err := s.addEmail(ctx, profile.MemberID, newEmail(newcomer.Email)); err != nil {
			return err
		}
		profile.CreatedAt, profile.UpdatedAt = now, now
		if profile.ID, err = s.store.AddProfile(ctx, profile); errors.Is(err, ErrPresent) {
			return apierr.Violated("handle", handleTakenKorean, handleTakenEnglish).Because(err)
		} else if err != nil {
			return err
		}
		return s.facts.Record(ctx, AccountFact{Change: SignedUp, Member: profile.MemberID, At: now, Profile: profile})
	})
	return profile, err
}

// checkSignUp looks whether the handle is free beside all other rules, so that
// one answer tells everything; the unique index has the last word.
func (s *AccountService) checkSignUp(ctx context.Context, newcomer SignUp) (Profile, error) {
	var broken apierr.Violations
	profile := newcomer.check(&broken, s.rules, s.today())
	if judgeHandle(newcomer.Handle) == HandleFree {
		taken, err := s.store.HandleTaken(ctx, newcomer.Handle)
		if err != nil {
			return Profile{}, err
		}
		if taken {
			addHandleViolation(&broken, "handle", HandleTaken)
		}
	}
	return profile, broken.Err()
}

func (s *AccountService) addEmail(ctx context.Context, member MemberID, email Email) error {
	err := s.store.AddEmail(ctx, member, email, s.now())
	if errors.Is(err, ErrPresent) {
		return CodeMemberExists.Wrap(err)
	}
	return err
}

// Deactivate removes a member: its address, password, profile and follows, with
// the counters of those at their other ends; and ends all its sessions. The
// address and the handle are free again. Doing it twice changes nothing more.
func (s *AccountService) Deactivate(ctx context.Context, member MemberID) error {
	return s.store.InTx(ctx, func(ctx context.Context) error {
		account, err := s.store.LockAccount(ctx, member)
		if errors.Is(err, ErrAbsent) {
			return CodeMemberNotFound.Wrap(err)
		}
		if err != nil {
			return err
		}
		if !account.isActive() {
			return nil
		}
		if err := s.removeProfile(ctx, member); err != nil {
			return err
		}
		if err := s.store.RemoveEmail(ctx, member); err != nil {
			return err
		}
		account.Status, account.PasswordHash = StatusDeactivated, ""
		if err := s.revoker.endAll(ctx, &account, 0, ReasonDeactivated); err != nil {
			return err
		}
		return s.store.UpdateAccount(ctx, account, s.now())
	})
}

func (s *AccountService) removeProfile(ctx context.Context, member MemberID) error {
	followers, more, followings, err := s.lockFollows(ctx, member)
	if err != nil {
		return err
	}
	profile, err := s.store.LockProfile(ctx, member)
	if errors.Is(err, ErrAbsent) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := s.dropFollows(ctx, member, followers, more, followings); err != nil {
		return err
	}
	if profile.AvatarURL != "" {
		if err := s.store.AddImageRemovals(ctx, member, []string{profile.AvatarURL}, s.now()); err != nil {
			return err
		}
	}
	if err := s.store.RemoveProfile(ctx, profile); err != nil {
		return err
	}
	gone := Profile{ID: profile.ID, MemberID: member, CreatedAt: profile.CreatedAt, UpdatedAt: s.now(), Version: profile.Version + 1}
	if err := s.facts.Record(ctx, AccountFact{Change: Deactivated, Member: member, At: gone.UpdatedAt, Profile: gone}); err != nil {
		return err
	}
	return s.store.AfterCommit(ctx, func() {
		s.signals.ProfileChanged(ctx, member)
		s.signals.FollowingsChangedMany(ctx, followers)
	})
}

// lockFollows locks the profiles of a member and of those it is joined with by
// a follow, in one ascending order. What was found before the locks may have
// grown since; with its own profile locked it no longer does.
func (s *AccountService) lockFollows(ctx context.Context, member MemberID) (followers []MemberID, more bool, followings []MemberID, err error) {
	locked := map[MemberID]bool{}
	for {
		if followings, err = s.store.FindFollowings(ctx, member); err != nil {
			return nil, false, nil, err
		}
		if followers, err = s.store.FindFollowers(ctx, member, s.purgeMax+1); err != nil {
			return nil, false, nil, err
		}
		more = len(followers) > s.purgeMax
		if more {
			followers = followers[:s.purgeMax]
		}
		var missing []MemberID
		for _, id := range slices.Concat([]MemberID{member}, followers, followings) {
			if !locked[id] {
				locked[id] = true
				missing = append(missing, id)
			}
		}
		if len(missing) == 0 {
			return followers, more, followings, nil
		}
		slices.Sort(missing)
		if err := s.store.LockProfiles(ctx, missing); err != nil {
			return nil, false, nil, err
		}
	}
}

// dropFollows ends the follows whose profiles are locked. The member's own are
// its doing and are stated; those of its followers are not theirs.
func (s *AccountService) dropFollows(ctx context.Context, member MemberID, followers []MemberID, more bool, followings []MemberID) error {
	versions, err := s.store.DropFollowings(ctx, member, followings)
	if err != nil {
		return err
	}
	facts := make([]Fact, 0, len(followings))
	for _, target := range followings {
		facts = append(facts, FollowFact{Follower: member, Target: target, At: s.now(), Version: versions[target]})
	}
	if err := s.facts.Record(ctx, facts...); err != nil {
		return err
	}
	if err := s.store.DropFollowers(ctx, member, followers); err != nil {
		return err
	}
	if more {
		return s.store.AddFollowerPurge(ctx, member, s.now())
	}
	return nil
}

// PurgeFollowers takes one portion of the followers of a member who left with
// more of them than fit into one transaction. It returns false where no member
// has any left.
func (s *AccountService) PurgeFollowers(ctx context.Context) (worked bool, err error) {
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		worked = false
		member, err := s.store.ClaimFollowerPurge(ctx)
		if errors.Is(err, ErrAbsent) {
			return nil
		}
		if err != nil {
			return err
		}
		worked = true
		followers, err := s.store.FindFollowers(ctx, member, s.purgeMax)
		if err != nil {
			return fmt.Errorf("purge followers of member %d: %w", member, err)
		}
		if len(followers) == 0 {
			return s.store.RemoveFollowerPurge(ctx, member)
		}
		slices.Sort(followers)
		if err := s.store.LockProfiles(ctx, followers); err != nil {
			return err
		}
		if err := s.store.DropFollowers(ctx, member, followers); err != nil {
			return err
		}
		return s.store.AfterCommit(ctx, func() { s.signals.FollowingsChangedMany(ctx, followers) })
	})
	return worked, err
}

// busyOr turns ErrBusy into TOO_MANY_REQUESTS. It is not SERVICE_UNAVAILABLE:
// the mesh repeats that, and would feed the storm that it tells of.
func busyOr(err error) error {
	if errors.Is(err, ErrBusy) {
		return apierr.CodeTooManyRequests.Wrap(err)
	}
	return err
}
