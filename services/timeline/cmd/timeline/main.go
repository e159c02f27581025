// Command timeline is dailyfeed's reading service.
package main

import (
	"os"

	"github.com/dailyfeed/dailyfeed/services/timeline/internal/app"
	"github.com/dailyfeed/dailyfeed/support/process"
)

func main() { os.Exit(process.Main("timeline", app.Commands())) }
