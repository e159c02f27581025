// Package workflow has the tests of .github/workflows and of the scripts that only
// they run. actionlint and zizmor look at the rest.
package workflow
