// Package smoke walks the story of two people through the edge, and measures
// each step: what a fleet must be able to do to be called up.
package smoke
