// Command member is dailyfeed's service of accounts, sessions, profiles and follows.
package main

import (
	"os"

	"github.com/dailyfeed/dailyfeed/services/member/internal/app"
	"github.com/dailyfeed/dailyfeed/support/process"
)

func main() { os.Exit(process.Main("member", app.Commands())) }
