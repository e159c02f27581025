// Package metrics turns what the support modules observe into Prometheus
// metrics, with the same names in every service. Label values are bounded:
// topics, partitions, groups and states, never ids.
//
// What every service observes is here. What belongs to a store that not all have
// is in a package of its own beside it, so that none links a client that it does
// not need, or is built anew because that has changed.
package metrics
