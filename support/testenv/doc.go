// Package testenv gives tests real servers. Each test gets a place of its own
// (a schema, a numbered database, a topic prefix) on a server that the whole
// test binary shares and that starts with its first user; or, to stop, kill or
// pause one, a server of its own.
//
// A package's TestMain is
//
//	func TestMain(m *testing.M) { testenv.Main(m) }
//
// Servers that run already are used where TESTENV_MYSQL_DSN, TESTENV_REDIS_ADDR,
// TESTENV_KAFKA or TESTENV_MONGODB_URI name them (see cmd/withservers).
package testenv
