// Package picture turns an upload into the two pictures that are kept: one that
// fits 1080 × 1080 and a centre-cropped thumbnail of 150 × 150.
//
// An upload is the most dangerous input of the fleet, so the order is fixed:
// what it is, by its first bytes; how large it claims to be, by its header; room
// for that many pixels; and only then its data. Nothing of the upload's bytes
// survives: pixels are encoded anew, which drops every kind of metadata.
package picture
