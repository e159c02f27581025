// Package fleet runs the whole fleet on one machine, without a cluster: the
// stores, the six services and the edge as child processes, with their data
// under one folder. See Up.
package fleet
