package feed

import (
	"sync/atomic"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"
)

const (
	// begunKey is a stream of whose feed was begun, in the order of that.
	begunKey = "timeline:api:posts:feeds_begun"
	// begunLength is about how many entries it holds.
	begunLength = 1000
	// begunMost is how many feeds may have been begun since a moment for a push to
	// know them: where there are more it looks at the authors of each feed.
	begunMost = 250
)

// begunLua tells which feeds were begun since a moment. That is an entry of the
// stream, its id and its ticket: where it is gone, others may be. A stream that was
// lost and begun again within a millisecond has the id, and another ticket.
//
//	newest(stream) returns the moment of now, '' where there is none
//	begun(stream, moment, most) returns a set of keys of feeds, nil where it is not known
const begunLua = `
local function momentOf(entry) return entry[1] .. ' ' .. entry[2][2] end
local function newest(stream)
  local found = call('XREVRANGE', stream, '+', '-', 'COUNT', 1)
  return found[1] and momentOf(found[1]) or ''
end
local function begun(stream, moment, most)
  if moment == '' then return nil end
  local list = call('XRANGE', stream, string.match(moment, '^%S+'), '+', 'COUNT', most + 2)
  if #list > most + 1 or not list[1] or momentOf(list[1]) ~= moment then return nil end
  local feeds = {}
  for n = 2, #list do feeds['` + feedPrefix + `' .. list[n][2][4]] = true end
  return feeds
end`

// moments is the last moment that a push has told; any that is older serves as well
// and only costs more looks.
type moments struct {
	last atomic.Pointer[timeline.FeedMoment]
}

func (m *moments) tell(moment timeline.FeedMoment) { m.last.Store(&moment) }

// Moment is one that has been: what Push needs from before followers are asked for.
// It costs nothing.
func (s *Store) Moment() timeline.FeedMoment {
	if last := s.moments.last.Load(); last != nil {
		return *last
	}
	return ""
}
