// Package session is a member at work: it signs up or logs in through the edge,
// keeps the access token and the refresh cookie, renews the token when it is
// told to, and has a client for each service.
package session
