// Command content is dailyfeed's writing service.
package main

import (
	"os"

	"github.com/dailyfeed/dailyfeed/services/content/internal/app"
	"github.com/dailyfeed/dailyfeed/support/process"
)

func main() { os.Exit(process.Main("content", app.Commands())) }
