// Package timelineapi asks timeline what of the found is still there, and how it
// looks to the caller.
package timelineapi
