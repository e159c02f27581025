// Package arena runs the real fleet for the tests of its guarantee: every store and
// every service a process, every way between them a line that a test can cut, freeze
// or set a trap on, every process one that a test can kill, stop and start.
package arena
