package member

import "context"

// DirectoryStores is what DirectoryService needs of a database.
type DirectoryStores interface {
	ProfileReader
	FollowReader
	FollowExporter
	NewcomerReader
}

// DirectoryService lists members: who follows whom, and who is new.
type DirectoryService struct {
	store   DirectoryStores
	signals ChangeSignals
}

// NewDirectoryService joins the lists of members to their store.
func NewDirectoryService(store DirectoryStores, signals ChangeSignals) *DirectoryService {
	return &DirectoryService{store: store, signals: signals}
}

// Window is the part of a list that is asked for.
type Window struct {
	// Skip rows from where the list begins.
	Skip int
	// Limit rows at most.
	Limit int
}

// FollowList is a part of a list of members that a member is joined to by a follow.
type FollowList struct {
	Members []Summary
	// Last is the follow of the last entry that the window holds; 0 where empty.
	Last FollowID
	// More says that another entry follows.
	More bool
	// Total is how many there are in all.
	Total int64
}

// Followers are those who follow member, the newest follow first, after one of
// them (0 for the start). Fails with MEMBER_NOT_FOUND.
func (s *DirectoryService) Followers(ctx context.Context, viewer, member MemberID, after FollowID, w Window) (FollowList, error) {
	profile, _, err := s.store.FindProfile(ctx, viewer, member)
	if err != nil {
		return FollowList{}, memberOr(err)
	}
	refs, err := s.store.FindFollowersPage(ctx, member, after, w.Skip, w.Limit+1)
	if err != nil {
		return FollowList{}, err
	}
	return s.list(ctx, viewer, refs, w, profile.FollowersCount)
}

// Followings are those that member follows, in the same order.
func (s *DirectoryService) Followings(ctx context.Context, viewer, member MemberID, after FollowID, w Window) (FollowList, error) {
	profile, _, err := s.store.FindProfile(ctx, viewer, member)
	if err != nil {
		return FollowList{}, memberOr(err)
	}
	refs, err := s.store.FindFollowingsPage(ctx, member, after, w.Skip, w.Limit+1)
	if err != nil {
		return FollowList{}, err
	}
	return s.list(ctx, viewer, refs, w, profile.FollowingsCount)
}

func (s *DirectoryService) list(ctx context.Context, viewer MemberID, refs []FollowRef, w Window, total int64) (FollowList, error) {
	list := FollowList{Total: total, More: len(refs) > w.Limit}
	if list.More {
		refs = refs[:w.Limit]
	}
	ids := make([]MemberID, len(refs))
	for i, ref := range refs {
		ids[i], list.Last = ref.Member, ref.ID
	}
	var err error
	list.Members, err = summariesInOrder(ctx, s.store, viewer, ids)
	return list, err
}

// AllFollowings are all members that member follows, the newest follow first.
func (s *DirectoryService) AllFollowings(ctx context.Context, member MemberID) ([]Summary, error) {
	list, err := s.Followings(ctx, member, member, 0, Window{Limit: MaxFollowings})
	return list.Members, err
}

// NewcomerList is a part of the list of newcomers.
type NewcomerList struct {
	Members []Summary
	// Last is the place of the last entry; nil where empty.
	Last *Newcomer
	More bool
}

// Newcomers are active members whom viewer does not follow, without viewer,
// the newest first, after a place in the list (nil for the start).
func (s *DirectoryService) Newcomers(ctx context.Context, viewer MemberID, after *Newcomer, w Window) (NewcomerList, error) {
	found, err := s.store.FindNewcomers(ctx, viewer, after, w.Skip, w.Limit+1)
	if err != nil {
		return NewcomerList{}, err
	}
	list := NewcomerList{More: len(found) > w.Limit}
	if list.More {
		found = found[:w.Limit]
	}
	ids := make([]MemberID, len(found))
	for i := range found {
		ids[i], list.Last = found[i].Member, &found[i]
	}
	list.Members, err = summariesInOrder(ctx, s.store, viewer, ids)
	return list, err
}

// CountNewcomers is how many newcomers there are for viewer in all.
func (s *DirectoryService) CountNewcomers(ctx context.Context, viewer MemberID) (int64, error) {
	return s.store.CountNewcomers(ctx, viewer)
}

// FollowPortion is a part of a member's follows for the fleet.
type FollowPortion struct {
	Members []MemberID
	// Next is where the rest begins; 0 where nothing is left.
	Next FollowID
	// Version is that of the set, read before its members: they are never
	// older than it says.
	Version int64
}

// FollowingIDs are the members that member follows, the oldest follow first,
// after one of them (0 for the start). It publishes the version of the set
// again, which whoever asks has missed. Fails with MEMBER_NOT_FOUND.
func (s *DirectoryService) FollowingIDs(ctx context.Context, member MemberID, after FollowID, limit int) (FollowPortion, error) {
	versions, err := s.store.FindFollowVersions(ctx, member)
	if err != nil {
		return FollowPortion{}, memberOr(err)
	}
	if after == 0 {
		s.signals.FollowingsChanged(ctx, member, versions.Followings)
	}
	refs, err := s.store.FindFollowingsAfter(ctx, member, after, limit+1)
	return portion(refs, limit, versions.Followings), err
}

// FollowerIDs are those who follow member, in the same order; nobody where the set is
// still of the version known (-1: none), which the caller has. Fails with
// MEMBER_NOT_FOUND.
func (s *DirectoryService) FollowerIDs(ctx context.Context, member MemberID, after FollowID, limit int, known int64) (FollowPortion, error) {
	versions, err := s.store.FindFollowVersions(ctx, member)
	if err != nil {
		return FollowPortion{}, memberOr(err)
	}
	if versions.Followers == known {
		return FollowPortion{Version: known}, nil
	}
	refs, err := s.store.FindFollowersAfter(ctx, member, after, limit+1)
	return portion(refs, limit, versions.Followers), err
}

func portion(refs []FollowRef, limit int, version int64) FollowPortion {
	p := FollowPortion{Version: version, Members: make([]MemberID, 0, min(len(refs), limit))}
	for i, ref := range refs {
		if i == limit {
			p.Next = refs[i-1].ID
			break
		}
		p.Members = append(p.Members, ref.Member)
	}
	return p
}
