//go:build race

package e2e_test

// raced: these tests run with the race detector, so the programs of the fleet do too.
const raced = true
