// Package jpegrows reads a JPEG row by row, whatever its size, in memory for a
// few rows: image/jpeg keeps all samples and, of a progressive picture, all
// coefficients as well, which for the largest picture that is taken is 750 MB.
//
// A picture's data comes in scans, each of which has a part of it for all rows:
// a component, some coefficients, a bit more of some. All scans are read side by
// side, each by a reader of its own, so that a row is complete at once.
package jpegrows
