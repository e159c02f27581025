// Package process is the life of one service process: its subcommands, its
// settings, its log, and the components that start in order and stop in
// reverse.
//
//	Main ─▶ Command(ctx, environ) ─▶ Load settings ─▶ Group.Run(ctx)
//	                                       start: a, b, c   (each until it says ready)
//	                                       stop:  c, b, a   (each until it has returned)
//	SIGTERM or SIGINT ends ctx; a second signal ends the process at once.
package process
