package httpapi

import (
	"encoding/base64"
	"errors"
	"maps"
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/activityrest"
	"github.com/dailyfeed/dailyfeed/support/apierr"
	"github.com/dailyfeed/dailyfeed/support/httpserver"
)

const maxEvents = 100

func (a *API) recordEvents(c *gin.Context) (httpserver.Reply, error) {
	var request activityrest.RecordEventsRequest
	if err := httpserver.Bind(c, &request); err != nil {
		return httpserver.Reply{}, err
	}
	values, err := fromRecordEvents(request)
	if err != nil {
		return httpserver.Reply{}, err
	}
	refused, err := a.Events.ApplyValues(c.Request.Context(), values)
	if err != nil {
		return httpserver.Reply{}, err
	}
	return httpserver.OK(toRecordedEvents(refused)), nil
}

func fromRecordEvents(request activityrest.RecordEventsRequest) ([][]byte, error) {
	if len(request.Events) == 0 || len(request.Events) > maxEvents {
		return nil, apierr.Violated("events", "1개에서 100개까지여야 합니다", "must be 1 to 100 events")
	}
	values := make([][]byte, len(request.Events))
	for i, text := range request.Events {
		value, err := base64.StdEncoding.Strict().DecodeString(text)
		if err != nil {
			return nil, apierr.Violated("events", "base64 형식이어야 합니다", "must be base64 with padding")
		}
		values[i] = value
	}
	return values, nil
}

func toRecordedEvents(refused map[int]error) activityrest.RecordedEvents {
	answer := activityrest.RecordedEvents{Refused: []activityrest.RefusedEvent{}}
	for _, index := range slices.Sorted(maps.Keys(refused)) {
		answer.Refused = append(answer.Refused, activityrest.RefusedEvent{Index: index, Reason: reasonOf(refused[index])})
	}
	return answer
}

// reasonOf names the rule of the events' contract that an event breaks, and nothing
// of how it was found.
func reasonOf(err error) string {
	if broken, ok := errors.AsType[*activityrecord.ViolationError](err); ok {
		return broken.Error()
	}
	return activityrecord.ErrUndecodable.Error()
}
