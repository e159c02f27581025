// Package supervisor keeps a set of processes running: it starts them in
// stages, the parts of a stage side by side, starts again what ends without
// being asked, and stops everything in reverse order.
//
//	Waiting → Starting → Ready ⇄ Crashed (waits, starts again)
//	                      ↓
//	                   Stopped
package supervisor
