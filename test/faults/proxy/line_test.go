package proxy_test

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/test/faults/proxy"
)

// echo answers each line with itself, and tells what arrived.
func echo(t *testing.T) (addr string, arrived chan string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	arrived = make(chan string, 100)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = conn.Close() }()
				for lines := bufio.NewScanner(conn); lines.Scan(); {
					arrived <- lines.Text()
					fmt.Fprintln(conn, lines.Text())
				}
			}()
		}
	}()
	return listener.Addr().String(), arrived
}

func open(t *testing.T) (*proxy.Line, chan string) {
	t.Helper()
	addr, arrived := echo(t)
	line, err := proxy.Open(t.Name(), addr)
	require.NoError(t, err)
	t.Cleanup(line.Close)
	return line, arrived
}

func dial(t *testing.T, line *proxy.Line) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", line.Addr())
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
	return conn
}

func say(t *testing.T, conn net.Conn, text string) {
	t.Helper()
	_, err := fmt.Fprintln(conn, text)
	require.NoError(t, err)
}

func hear(t *testing.T, conn net.Conn) string {
	t.Helper()
	text, err := bufio.NewReader(conn).ReadString('\n')
	require.NoError(t, err)
	return text
}

func await(t *testing.T, trap *proxy.Trap) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	require.NoError(t, trap.Await(ctx))
}

func TestATrapHoldsTheRequestUntilItIsReleased(t *testing.T) {
	t.Parallel()
	line, arrived := open(t)
	trap := proxy.NewTrap(proxy.Request, proxy.Words("del", "ete"), 1)
	line.Trap(trap)
	conn, other := dial(t, line), dial(t, line)
	say(t, conn, "delete first")
	require.Equal(t, "delete first\n", hear(t, conn))
	say(t, conn, "delete second")
	await(t, trap)
	say(t, other, "hello")
	require.Equal(t, "hello\n", hear(t, other), "others go on")
	require.Equal(t, []string{"delete first", "hello"}, []string{<-arrived, <-arrived})
	trap.Release()
	require.Equal(t, "delete second\n", hear(t, conn))
}

func TestATrapLosesTheRequest(t *testing.T) {
	t.Parallel()
	line, arrived := open(t)
	trap := proxy.NewTrap(proxy.Request, proxy.Words("delete"), 0)
	line.Trap(trap)
	conn := dial(t, line)
	say(t, conn, "delete")
	await(t, trap)
	trap.Lose()
	_, err := bufio.NewReader(conn).ReadString('\n')
	require.Error(t, err)
	require.Empty(t, arrived)
	again := dial(t, line)
	say(t, again, "delete")
	require.Equal(t, "delete\n", hear(t, again), "a trap springs once")
}

func TestATrapHoldsTheAnswer(t *testing.T) {
	t.Parallel()
	line, arrived := open(t)
	trap := proxy.NewTrap(proxy.Answer, proxy.Words("delete"), 0)
	line.Trap(trap)
	conn := dial(t, line)
	say(t, conn, "delete")
	await(t, trap)
	require.Equal(t, "delete", <-arrived, "the request has arrived")
	trap.Lose()
	_, err := bufio.NewReader(conn).ReadString('\n')
	require.Error(t, err)
	again := dial(t, line)
	say(t, again, "delete")
	require.Equal(t, "delete\n", hear(t, again))
}

func TestALineIsCutFrozenAndReset(t *testing.T) {
	t.Parallel()
	line, _ := open(t)
	conn := dial(t, line)
	thaw := line.Freeze()
	say(t, conn, "later")
	line.Slow(time.Millisecond)
	thaw()
	require.Equal(t, "later\n", hear(t, conn))
	line.Slow(0)

	require.NoError(t, line.Reset())
	_, err := bufio.NewReader(conn).ReadString('\n')
	require.Error(t, err)
	say(t, dial(t, line), "again")

	line.Cut()
	_, err = net.Dial("tcp", line.Addr())
	require.Error(t, err)
	require.NoError(t, line.Restore())
	say(t, dial(t, line), "restored")
}

func TestACommitIsToldFromOthersByItsTransaction(t *testing.T) {
	t.Parallel()
	query := func(sql string) []byte {
		return append([]byte{byte(len(sql) + 1), 0, 0, 0, 3}, sql...)
	}
	line, _ := open(t)
	trap := proxy.NewTrap(proxy.Request, proxy.Commit(), 0)
	line.Trap(trap)
	reader, writer := dial(t, line), dial(t, line)
	for _, packet := range [][]byte{query("SELECT 1"), query("COMMIT")} {
		_, err := reader.Write(packet)
		require.NoError(t, err)
	}
	say(t, reader, "")
	hear(t, reader)
	select {
	case <-trap.Sprung():
		require.Fail(t, "the COMMIT of a reader")
	default:
	}
	_, err := writer.Write(append(query("INSERT INTO content_publisher_dead_letters (event_id, …"), '\n'))
	require.NoError(t, err)
	hear(t, writer)
	_, err = writer.Write(query("COMMIT"))
	require.NoError(t, err)
	await(t, trap)
	trap.Release()
}

func TestARequestToKafkaIsToldByKindAndClient(t *testing.T) {
	t.Parallel()
	frame := func(kind int16, client string) []byte {
		head := make([]byte, 14)
		binary.BigEndian.PutUint16(head[4:], uint16(kind))
		binary.BigEndian.PutUint16(head[12:], uint16(len(client)))
		return slices.Concat(head, []byte(client), []byte{0, 0})
	}
	match := proxy.Kafka(proxy.OffsetCommit, "activity")
	require.True(t, match(nil, frame(8, "activity")))
	require.False(t, match(nil, frame(0, "activity")))
	require.False(t, match(nil, frame(8, "activitx")))
	require.False(t, match(nil, frame(8, "activity-2")))
	require.False(t, match(nil, []byte("short")))
}
