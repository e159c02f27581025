// Package contracttest holds a service, or a client of it, to its document.
//
// Handler and Transport watch every request and answer that passes and report
// what the document does not know: a path, a status, a code, a header, a field
// that is missing, extra, null or of another shape. A test wraps its server
// once and then tests behaviour; the contract is tested by the way.
//
//	contract := contracttest.MustParse(contentrest.Document())
//	server := httptest.NewServer(contracttest.Handler(t, contract, engine))
//
// Requests are only checked where they were served: a test that sends a wrong
// request on purpose is answered with a documented refusal.
//
// It is for tests only. Schemas are compiled once per contract (kin-openapi
// compiles them at every check), by the same JSON Schema 2020-12 validator that
// kin-openapi uses for OpenAPI 3.1.
package contracttest
