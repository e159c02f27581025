package pipeline

import "strings"

// services are those that have a consumer group (spec 10).
var services = []string{"activity", "timeline", "search", "content"}

const groupForm = "member-activity-consumer-group-{}-svc"

// GroupOf is the consumer group of a service.
func GroupOf(service string) string { return strings.Replace(groupForm, "{}", service, 1) }

// Services are those that have a consumer group.
func Services() []string { return append([]string(nil), services...) }
