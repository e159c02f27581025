package activity

import "context"

// HistoryService shows members what they did themselves.
type HistoryService struct{ reader HistoryReader }

// NewHistoryService reads from reader.
func NewHistoryService(reader HistoryReader) *HistoryService { return &HistoryService{reader} }

// List returns a page of caller's own activities, newest first; no types mean
// all. What happened to things that are deleted by now is part of it.
func (s *HistoryService) List(ctx context.Context, caller MemberID, types []Type, page Page) ([]Activity, error) {
	return s.reader.ListOf(ctx, caller, types, page)
}
