// Package proxy stands between a process and a store, and lets a test cut, slow and
// freeze the way between them (by toxiproxy), or stop it at an exact place: a Trap
// waits for one request, such as the COMMIT of a write, and holds it, or its answer,
// until the test has done what it wants to do there.
package proxy
