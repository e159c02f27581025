package rediscache

import (
	"encoding/hex"
	"errors"
	"strconv"
	"strings"

	"github.com/dailyfeed/dailyfeed/support/idempotency"
)

// A page is what a key of the answer book holds:
//
//	r <body hash> <owner>            a first that runs
//	a <body hash> <status> <body>    its answer

var errBadPage = errors.New("rediscache: idempotency key holds something else")

func runningPage(owner string, hash [32]byte) string {
	return "r " + hex.EncodeToString(hash[:]) + " " + owner
}

func answerPage(answer idempotency.Answer, hash [32]byte) string {
	return "a " + hex.EncodeToString(hash[:]) + " " + strconv.Itoa(answer.Status) + " " + string(answer.Body)
}

// readPage returns the answer of a page, or done false where it has none yet.
// It fails with ErrKeyReused for a page of another body.
func readPage(page string, hash [32]byte) (answer idempotency.Answer, done bool, err error) {
	kind, rest, _ := strings.Cut(page, " ")
	pageHash, rest, ok := strings.Cut(rest, " ")
	if !ok {
		return answer, false, errBadPage
	}
	if pageHash != hex.EncodeToString(hash[:]) {
		return answer, false, idempotency.ErrKeyReused
	}
	if kind == "r" {
		return answer, false, nil
	}
	status, body, ok := strings.Cut(rest, " ")
	code, err := strconv.Atoi(status)
	if kind != "a" || !ok || err != nil {
		return answer, false, errBadPage
	}
	return idempotency.Answer{Status: code, Body: []byte(body)}, true, nil
}
