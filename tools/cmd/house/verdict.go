package main

import (
	"fmt"
	"time"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
)

// verdict prints the findings of a check and its closing line: what was looked
// at and how long that took, or how many findings there are and what to do next.
func verdict(name, looked, next string, began time.Time, findings []workspace.Finding) error {
	for _, f := range findings {
		fmt.Println(f)
	}
	took := time.Since(began).Round(10 * time.Millisecond)
	if len(findings) == 0 {
		fmt.Printf("%s: well (%s, %s)\n", name, looked, took)
		return nil
	}
	fmt.Printf("%s: %d findings (%s, %s)\nnext: %s\n", name, len(findings), looked, took, next)
	return errFindings
}
