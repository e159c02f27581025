// Package relevance says how good search is: posts in Korean and English that
// are made with a purpose each, queries, and for each pair of them a grade that
// follows from the purposes, never from the words and never from what the engine
// answers.
//
//	corpus/*.txt ─▶ Posts: about one subject, in one aspect, at one place, with
//	      │                another subject in passing, or a decoy
//	      └───────▶ Queries: after a subject, an aspect, a place, an author …
//	                         Judge(post) = grade and reason
//
// A post about cycling that never says "bicycle" is relevant to it, and one with
// "necessary" (필요가) in it is not about yoga (요가): what only compares words
// cannot be right on all of it.
//
// Grades: 3 is what was looked for, 1 touches it, 0 is something else.
package relevance
