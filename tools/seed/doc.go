// Package seed fills a fleet with people who write, follow, like and answer.
//
// What it makes is a plan from a fixed seed, in waves: wave n is the same
// whatever the number of waves, so that a larger plan only adds to a smaller
// one. Apply makes what is missing of a plan, through the edge, as members
// would; a second run adds nothing.
package seed
