package storm

import (
	"slices"
	"strings"

	"github.com/dailyfeed/dailyfeed/test/faults/arena"
	"github.com/dailyfeed/dailyfeed/test/faults/proxy"
)

// Point is the name of an exact place in a process's way with an event.
type Point string

// The crash points of a single process.
const (
	BeforeCommit       Point = "before the commit"
	AfterCommit        Point = "after the commit"
	BeforeSend         Point = "before the send"
	BeforeAck          Point = "after the send, before the ack"
	BeforeDelete       Point = "after the ack, before the delete"
	HoldingLease       Point = "holding the lease of a drain"
	AfterRecording     Point = "after the activity is recorded"
	BeforeMark         Point = "before the mark in Redis"
	BeforeFeedMark     Point = "after the push, before the mark"
	AfterDocument      Point = "after the search document is written"
	BeforeOffsetCommit Point = "before the offset is committed"
	AfterOffsetCommit  Point = "after the offset is committed"
)

// Points are all of them.
func Points() []Point {
	return []Point{
		BeforeCommit, AfterCommit, BeforeSend, BeforeAck, BeforeDelete, HoldingLease,
		AfterRecording, BeforeMark, BeforeFeedMark, AfterDocument, BeforeOffsetCommit, AfterOffsetCommit,
	}
}

// Place is where a part is at a point: the request that it sends there, on which line.
type Place struct {
	Store arena.Store // "" is Kafka
	Hold  proxy.Hold
	Match proxy.Match
}

// Of says where a part is at the point.
func (p Point) Of(part string) Place {
	service := Service(part)
	switch p {
	case BeforeCommit:
		return Place{arena.MySQL, proxy.Request, proxy.Commit()}
	case AfterCommit:
		return Place{arena.MySQL, proxy.Answer, proxy.Commit()}
	case BeforeSend:
		return Place{"", proxy.Request, proxy.Kafka(proxy.Produce, service)}
	case BeforeAck:
		return Place{"", proxy.Answer, proxy.Kafka(proxy.Produce, service)}
	case BeforeDelete:
		return Place{arena.MySQL, proxy.Request, proxy.SQL("DELETE FROM " + service + "_publisher_dead_letters")}
	case HoldingLease:
		return Place{arena.MySQL, proxy.Answer, proxy.Claim()}
	case AfterRecording:
		return Place{arena.MongoDB, proxy.Answer, proxy.Words("member_activities", "upsert")}
	case BeforeMark:
		return Place{arena.Redis, proxy.Request, proxy.Words("set\r\n", "member_activity:kafka_key:")}
	case BeforeFeedMark:
		return Place{arena.Redis, proxy.Request, proxy.Words("evalsha", "timeline:applied:")}
	case AfterDocument:
		return Place{arena.MongoDB, proxy.Answer, proxy.Words("search_", "upsert")}
	case BeforeOffsetCommit:
		return Place{"", proxy.Request, proxy.Kafka(proxy.OffsetCommit, service)}
	case AfterOffsetCommit:
		return Place{"", proxy.Answer, proxy.Kafka(proxy.OffsetCommit, service)}
	}
	return Place{}
}

// services come to the point.
func (p Point) services() []string {
	switch p {
	case BeforeCommit, AfterCommit, BeforeSend, BeforeAck, BeforeDelete, HoldingLease:
		return []string{"content", "member"}
	case AfterRecording, BeforeMark:
		return []string{"activity"}
	case BeforeFeedMark:
		return []string{"timeline"}
	case AfterDocument:
		return []string{"search"}
	case BeforeOffsetCommit, AfterOffsetCommit:
		return []string{"activity", "timeline", "search"}
	}
	return nil
}

// parts are those of all that come to the point.
func (p Point) parts(all []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(part string) bool {
		return !slices.Contains(p.services(), Service(part))
	})
}

// Service is that of a part: that of content-2 is content.
func Service(part string) string {
	service, _, _ := strings.Cut(part, "-")
	return service
}

// Line is the way on which a part is at the place.
func (p Place) Line(a *arena.Arena, part string) (*proxy.Line, error) {
	if p.Store == "" {
		return a.KafkaLine(0)
	}
	return a.Line(part, p.Store)
}
