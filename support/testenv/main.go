package testenv

import (
	"fmt"
	"os"
)

// Runner is what TestMain is given (*testing.M).
type Runner interface{ Run() int }

// Main runs the tests, stops the shared servers and exits.
func Main(m Runner) { os.Exit(With(m).Run()) }

// With runs like m and stops the shared servers afterwards, for a TestMain that
// has more to do: goleak.VerifyTestMain(testenv.With(m)).
func With(m Runner) Runner { return runner{tests: m} }

type runner struct{ tests Runner }

func (r runner) Run() int {
	code := r.tests.Run()
	if err := shared.close(); err != nil {
		fmt.Fprintln(os.Stderr, "testenv: stop servers:", err)
		return max(code, 1)
	}
	return code
}
