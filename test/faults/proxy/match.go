package proxy

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// Talk is what is remembered of a connection: whether its open transaction has
// appended an event, or taken the lease of some.
type Talk struct{ appended, claimed bool }

const (
	comQuery   = 3
	mysqlHead  = 5 // length, sequence number, command
	letterRows = "_publisher_dead_letters (event_id"
	leaseTaken = "_publisher_dead_letters SET next_attempt_at = "
)

// statement is the SQL of a MySQL packet, nil where it is none.
func statement(data []byte) []byte {
	if len(data) <= mysqlHead || data[mysqlHead-1] != comQuery {
		return nil
	}
	return data[mysqlHead:]
}

func (t *Talk) hear(data []byte) {
	sql := statement(data)
	switch {
	case sql == nil:
	case bytes.Equal(sql, []byte("COMMIT")), bytes.Equal(sql, []byte("ROLLBACK")):
		t.appended, t.claimed = false, false
	case bytes.Contains(sql, []byte(letterRows)):
		t.appended = true
	case bytes.Contains(sql, []byte(leaseTaken)) && bytes.Contains(sql, []byte("lease_owner")):
		t.claimed = true
	}
}

// Commit is the COMMIT of a transaction that has appended an event.
func Commit() Match {
	return func(talk *Talk, data []byte) bool {
		return talk.appended && bytes.Equal(statement(data), []byte("COMMIT"))
	}
}

// Claim is the COMMIT of a transaction that has taken the lease of events.
func Claim() Match {
	return func(talk *Talk, data []byte) bool {
		return talk.claimed && bytes.Equal(statement(data), []byte("COMMIT"))
	}
}

// SQL is a statement in which all of the words are.
func SQL(words ...string) Match {
	return func(_ *Talk, data []byte) bool { return statement(data) != nil && hasAll(data, words) }
}

// Words is anything in which all of the words are.
func Words(words ...string) Match {
	return func(_ *Talk, data []byte) bool { return hasAll(data, words) }
}

func hasAll(data []byte, words []string) bool {
	return !slices.ContainsFunc(words, func(word string) bool { return !bytes.Contains(data, []byte(word)) })
}

// Kafka's request kinds that matter here.
const (
	Produce      = 0
	OffsetCommit = 8
)

// Kafka is a request of that kind by a client of that id.
func Kafka(kind int16, client string) Match {
	const kindAt, idLengthAt, idAt = 4, 12, 14
	return func(_ *Talk, data []byte) bool {
		if len(data) < idAt+len(client) || int16(binary.BigEndian.Uint16(data[kindAt:])) != kind {
			return false
		}
		return int(binary.BigEndian.Uint16(data[idLengthAt:])) == len(client) && string(data[idAt:idAt+len(client)]) == client
	}
}
