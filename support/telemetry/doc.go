// Package telemetry writes traces with OpenTelemetry: spans of requests, calls,
// statements and records that belong together, sent by OTLP.
//
// The other support modules know nothing of OpenTelemetry. Each has one hook, a
// function in its Config that is nil where nothing is traced, and the methods
// of Tracing are made for those hooks. A nil *Tracing is the one that traces
// nothing: its methods return nil hooks, so that without an endpoint not even
// a closure is called on the path of a request.
//
//	httpserver.Config.Trace        Requests
//	serviceclient.Config.Trace     Calls
//	mysql.Config.OpenDB            SQL
//	mongo.Config.Trace, rediscache.Config.Trace    Store
//	kafka.ProducerConfig.Trace     Sends
//	kafka.ConsumerConfig.Trace     Receipts
//
// Statements and store operations get spans only inside a trace: what a service
// does for itself every few seconds is not one.
package telemetry
