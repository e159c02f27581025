// Package pagination reads page, size and cursor of a request by the rules of
// the REST conventions, seals and opens cursors, and makes the two page
// envelopes.
//
// A store is asked for one row more than the page holds (Request.Fetch), so
// that hasNext is exact without a count.
package pagination
