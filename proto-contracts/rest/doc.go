// Package rest is what the generated clients of the service documents have in
// common: how a request is built and how an answer is read.
//
// The clients (contentrest.Client and so on) only know the contract. Limits,
// breakers, retries, deadlines and the passing on of the caller's headers are
// the business of the Doer that they are given.
package rest
