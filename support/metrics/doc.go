// Package metrics turns what the support modules observe into Prometheus
// metrics, with the same names in every service. Label values are bounded:
// topics, partitions, groups and states, never ids.
package metrics
