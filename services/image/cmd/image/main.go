// Command image is dailyfeed's service for pictures.
package main

import (
	"os"

	"github.com/dailyfeed/dailyfeed/services/image/internal/app"
	"github.com/dailyfeed/dailyfeed/support/process"
)

func main() { os.Exit(process.Main("image", app.Commands())) }
