//go:build race

package picture_test

const raceDetector = true
