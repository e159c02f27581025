package member

import (
	"context"
	"errors"

	"github.com/dailyfeed/dailyfeed/support/apierr"
)

// ProfileStores is what ProfileService needs of a database.
type ProfileStores interface {
	Transactor
	EmailStore
	Profiles
}

// ProfileService shows and changes profiles.
type ProfileService struct {
	store   ProfileStores
	facts   FactLog
	signals ChangeSignals
	now     Clock
	today   func() Date
}

// NewProfileService joins the use cases of profiles to their ports. today is
// the day in the zone of the wire.
func NewProfileService(store ProfileStores, facts FactLog, signals ChangeSignals, now Clock, today func() Date) *ProfileService {
	return &ProfileService{store: store, facts: facts, signals: signals, now: now, today: today}
}

// View is a member's profile as viewer may see it; its own with the e-mail address.
// Fails with MEMBER_NOT_FOUND.
func (s *ProfileService) View(ctx context.Context, viewer, member MemberID) (ProfileView, error) {
	profile, relation, err := s.store.FindProfile(ctx, viewer, member)
	if err != nil {
		return ProfileView{}, memberOr(err)
	}
	return s.view(ctx, profile, relation)
}

// ViewByHandle does the same by handle, without case.
func (s *ProfileService) ViewByHandle(ctx context.Context, viewer MemberID, handle string) (ProfileView, error) {
	if judgeHandle(handle) == HandleInvalid {
		return ProfileView{}, CodeMemberNotFound.New()
	}
	profile, relation, err := s.store.FindProfileByHandle(ctx, viewer, handle)
	if err != nil {
		return ProfileView{}, memberOr(err)
	}
	return s.view(ctx, profile, relation)
}

func (s *ProfileService) view(ctx context.Context, profile Profile, relation Relation) (ProfileView, error) {
	view := viewProfile(profile, relation)
	if !relation.Self {
		return view, nil
	}
	email, err := s.store.FindEmail(ctx, profile.MemberID)
	if err != nil {
		return ProfileView{}, memberOr(err)
	}
	view.Email = email.Given
	return view, nil
}

// Summary is a member as viewer sees it in a list. Fails with MEMBER_NOT_FOUND.
func (s *ProfileService) Summary(ctx context.Context, viewer, member MemberID) (Summary, error) {
	found, err := s.Summaries(ctx, viewer, []MemberID{member})
	if err != nil {
		return Summary{}, err
	}
	if len(found) == 0 {
		return Summary{}, CodeMemberNotFound.New()
	}
	return found[0], nil
}

// MaxSummaries bounds the members that can be asked for at once (spec 04).
const MaxSummaries = 1000

// Summaries are those of members that exist, in the order of ids, each once.
// Fails with MEMBER_IDS_LIMIT_EXCEEDS for more than MaxSummaries.
func (s *ProfileService) Summaries(ctx context.Context, viewer MemberID, ids []MemberID) ([]Summary, error) {
	if len(ids) > MaxSummaries {
		return nil, CodeIDsLimitExceeds.New()
	}
	return summariesInOrder(ctx, s.store, viewer, ids)
}

// summariesInOrder finds members in one query and gives them in the order of ids.
func summariesInOrder(ctx context.Context, store ProfileReader, viewer MemberID, ids []MemberID) ([]Summary, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := store.FindSummaries(ctx, viewer, ids)
	if err != nil {
		return nil, err
	}
	byID := make(map[MemberID]Summary, len(found))
	for _, summary := range found {
		byID[summary.MemberID] = summary.masked()
	}
	ordered := make([]Summary, 0, len(found))
	for _, id := range ids {
		if summary, ok := byID[id]; ok {
			ordered = append(ordered, summary)
			delete(byID, id)
		}
	}
	return ordered, nil
}

// JudgeHandle says whether a handle can be had.
func (s *ProfileService) JudgeHandle(ctx context.Context, handle string) (HandleReason, error) {
	if reason := judgeHandle(handle); reason != HandleFree {
		return reason, nil
	}
	taken, err := s.store.HandleTaken(ctx, handle)
	if taken {
		return HandleTaken, err
	}
	return HandleFree, err
}

// Edit changes the member's own profile and returns it.
// Fails with VALIDATION_FAILED, which names every broken rule.
func (s *ProfileService) Edit(ctx context.Context, member MemberID, edit ProfileEdit) (view ProfileView, err error) {
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		before, err := s.store.LockProfile(ctx, member)
		if err != nil {
			return memberOr(err)
		}
		after := before
		var broken apierr.Violations
		edit.apply(&broken, &after, s.today())
		if err := broken.Err(); err != nil {
			return err
		}
		if err := s.save(ctx, before, &after); err != nil {
			return err
		}
		if doomed := removable(edit.PreviousAvatarURLs, after.AvatarURL); len(doomed) > 0 {
			if err := s.store.AddImageRemovals(ctx, member, doomed, s.now()); err != nil {
				return err
			}
		}
		view, err = s.view(ctx, after, Relation{Viewer: member, Self: true})
		return err
	})
	return view, err
}

// removable are the pictures to delete: not blank, and not the one in use.
func removable(urls []string, inUse string) []string {
	var doomed []string
	for _, url := range urls {
		if !apierr.IsBlank(url) && url != inUse && url != NoImage {
			doomed = append(doomed, url)
		}
	}
	return doomed
}

// ChangeHandle gives the member another handle and returns it. Its own, in
// whatever case, is fine.
// Fails with VALIDATION_FAILED (newHandle) or MEMBER_HANDLE_ALREADY_EXISTS.
func (s *ProfileService) ChangeHandle(ctx context.Context, member MemberID, handle string) (string, error) {
	var broken apierr.Violations
	addHandleViolation(&broken, "newHandle", judgeHandle(handle))
	if err := broken.Err(); err != nil {
		return "", err
	}
	err := s.store.InTx(ctx, func(ctx context.Context) error {
		before, err := s.store.LockProfile(ctx, member)
		if err != nil {
			return memberOr(err)
		}
		if before.Handle == handle {
			return nil
		}
		after := before
		after.Handle = handle
		return s.save(ctx, before, &after)
	})
	if errors.Is(err, ErrPresent) {
		return "", CodeHandleExists.Wrap(err)
	}
	return handle, err
}

// save writes a changed profile with its next version, states it where others
// show what changed, and drops what caches hold of it.
func (s *ProfileService) save(ctx context.Context, before Profile, after *Profile) error {
	after.UpdatedAt = s.now()
	after.Version++
	if err := s.store.UpdateProfile(ctx, *after); err != nil {
		return err
	}
	if looksDifferent(before, *after) {
		fact := AccountFact{Change: Updated, Member: after.MemberID, At: after.UpdatedAt, Profile: *after}
		if err := s.facts.Record(ctx, fact); err != nil {
			return err
		}
	}
	return s.store.AfterCommit(ctx, func() { s.signals.ProfileChanged(ctx, after.MemberID) })
}

// looksDifferent says whether names, handle or picture differ: what others show
// beside everything that a member writes.
func looksDifferent(a, b Profile) bool {
	return a.MemberName != b.MemberName || a.DisplayName != b.DisplayName || a.Handle != b.Handle || a.AvatarURL != b.AvatarURL
}
