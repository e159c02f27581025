// Package pngrows reads a PNG row by row, whatever its size, in memory for a
// few rows: image/png keeps every pixel at up to eight bytes, which for the
// largest picture that is taken is 400 MB.
//
// An interlaced picture is seven pictures behind each other in one compressed
// stream. Its rows are put together by seven readers of the same data, each of
// which begins where its picture does; all of them inflate twice what one would.
package pngrows
