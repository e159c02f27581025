// Package testrun runs the tests of all modules and sums them up.
//
// A package's tests are of one kind, told by what they link:
//
//	unit         nothing but the code
//	integration  support/testenv: they need real servers
//	e2e          packages of the module test/: they need the whole fleet
//
// There are no build tags: an import decides, and go list knows it.
package testrun
