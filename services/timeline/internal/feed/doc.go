// Package feed keeps home feeds in Redis: pushed to where they are stored, built
// from the database where they are not, lost without harm.
//
// A feed is three keys, which live and die together:
//
//	…followings_recent_posts:{member}          sorted set: post id by second of creation
//	…followings_recent_posts:{member}:authors  set: whose posts are in it
//	…followings_recent_posts:{member}:state    hash: the version of the followings
//	                                           that it was built for, whether it is
//	                                           ready, and its mark in the stream
//
// The sorted set holds the newest 800. The member 0 below all others says that
// nothing older exists; where it was trimmed away, the database goes on.
// Whole numbers of at most 31 bits keep an entry at 12 bytes or less, if Redis keeps
// sets of that length compact (zset-max-listpack-entries 1024): so the score
// is the second, and the order within one is decided by the rows of the posts.
//
// One stream holds what is not pushed: the posts of authors with too many
// followers, and authors that have left. Each feed takes from it what is its
// own when it is read, from its mark on; a feed whose mark has been trimmed from
// the stream is built again.
//
// Everything that must happen together is one script, so that reading a feed is
// one round trip. Scripts name keys that they derive from others: this is for one
// Redis, not for a cluster.
package feed
