// Package telemetry reads from the code which metrics there are, keeps the
// reference of them (docs/telemetry.md), and holds dashboards and alert rules
// to it: a rule about a metric that nobody writes never fires.
package telemetry
