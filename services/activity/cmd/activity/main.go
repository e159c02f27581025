// Command activity is dailyfeed's service of what members did.
package main

import (
	"os"

	"github.com/dailyfeed/dailyfeed/services/activity/internal/app"
	"github.com/dailyfeed/dailyfeed/support/process"
)

func main() { os.Exit(process.Main("activity", app.Commands())) }
