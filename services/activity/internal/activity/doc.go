// Package activity is the domain of what members did: an activity is recorded
// once, by the key of its event, and read by who did it and by those who follow
// them. It knows nothing of HTTP, MongoDB or Kafka.
//
// Activities come from events, in any order and any number of times, and from
// members themselves (see RecordService). Only events are believed about what
// is deleted: what a member says of a post hides nothing from others.
package activity
