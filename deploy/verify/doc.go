// Package verify holds what deploy/ must be against deploy/tables.yaml: charts are
// rendered by Helm 3 and by Helm 4, every object is decoded strictly with the types
// of its own API, and what is to fit together is compared across objects. It has
// tests only.
package verify
