// Package bundle turns the OpenAPI sources of this module into the documents
// that services publish and Go is generated from.
//
// A source (openapi/<service>.yaml) says only what is special about an
// endpoint. Load copies the shared parts that it points to into it and adds
// what holds for every endpoint: the envelopes, the failures by their codes,
// the headers, and the idempotency of writes. The result is one self-contained
// OpenAPI 3.1 document without any extension of ours, in the order of the
// source. ForGo is the reduced form that reads well as Go.
package bundle
