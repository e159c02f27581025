// Package feed keeps home feeds in Redis: pushed to where they are stored, built
// from the database where they are not, lost without harm.
//
// A feed is three keys, which live and die together:
//
//	…followings_recent_posts:{member}          list: second of creation and post id,
//	                                           packed; in this order up to the
//	                                           fence, and behind it as they came
//	…followings_recent_posts:{member}:authors  set: whose posts are in it
//	…followings_recent_posts:{member}:state    hash: the form of the list, the version
//	                                           of the followings that it was built for,
//	                                           whether it is ready, when it was begun,
//	                                           and its mark in the stream
//
// A push appends, whatever is in the list. Whom a feed shows is decided when it is
// begun, and a second stream tells which feeds were begun since a push has asked for
// followers: only these may no longer have the author, and are looked at. Who reads the feed next, or the push
// that finds about 32 behind the fence, puts them in order, each once, and the
// fence behind them. The newest 800 before it are the feed; it is cut when it is a
// few longer. The entry of second and id 0 says that nothing older exists; where it
// was cut off, the database goes on. An entry has the second, not the microsecond,
// because that keeps it at 10 bytes: the order within one is decided by the rows of
// the posts.
//
// Who reads on behind the 800th post has the next two thousand kept for a while, in
// a list of the same kind (…:older), and then the next eight thousand instead; the
// state says from which second on it has all.
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
