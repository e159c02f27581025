// Package search finds posts and comments by their words. It imports nothing of
// ours but support/apierr and the pure package terms.
//
//	keyword ─▶ terms.Parse ─▶ Engine.Rank ─▶ ids, best first ─▶ a page of what
//	                          (the index)                      the owner shows
//
// The index is a projection of content's events, and may be a little behind.
// What is shown comes from timeline, which reads content's own rows: what it
// leaves out is deleted, and is never shown whatever the index says.
package search
