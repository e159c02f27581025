// Package vp8lrows reads the lossless pictures of WebP row by row, whatever
// their size: golang.org/x/image/vp8l keeps every pixel twice, which for the
// largest picture that is taken is 400 MB.
//
// A pixel may repeat one that is at most 2²⁰ pixels back, so that many are kept.
// Each transform needs the row before at most (WebP lossless specification,
// "Transforms").
package vp8lrows
