package process

import (
	"fmt"
	"runtime"
)

// Set by the linker: -X github.com/dailyfeed/dailyfeed/support/process.tag=…
var (
	tag    = "dev"
	commit = "unknown"
	date   = "unknown"
)

// BuildInfo says what this binary was built from.
type BuildInfo struct{ Tag, Commit, Date string }

// Build is what this binary was built from.
func Build() BuildInfo { return BuildInfo{Tag: tag, Commit: commit, Date: date} }

// String is one line: tag, commit, date and Go version.
func (b BuildInfo) String() string {
	return fmt.Sprintf("%s (commit %s, built %s, %s)", b.Tag, b.Commit, b.Date, runtime.Version())
}
