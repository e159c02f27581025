// Command search is dailyfeed's full-text search.
package main

import (
	"os"

	"github.com/dailyfeed/dailyfeed/services/search/internal/app"
	"github.com/dailyfeed/dailyfeed/support/process"
)

func main() { os.Exit(process.Main("search", app.Commands())) }
