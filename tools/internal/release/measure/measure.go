// Package measure starts a service's program as an image would and takes its
// time to ready and its memory.
package measure

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Result is what was measured.
type Result struct {
	// Ready is the time from the start to the first good answer of readiness.
	Ready time.Duration
	// Resident is the memory after Idle without a request, in bytes.
	Resident int64
}

// What a service may take (Ready, Resident), and how it is watched.
const (
	MaxReady    = 300 * time.Millisecond
	MaxResident = 40 << 20
	poll        = 2 * time.Millisecond
	patience    = 30 * time.Second
	grace       = 10 * time.Second
)

var (
	errNoMemory = errors.New("no VmRSS")
	errNotReady = errors.New("not ready")
)

// Run starts program's serve on free ports with environ, waits until it is
// ready, lets it idle and ends it.
func Run(ctx context.Context, program string, environ []string, idle time.Duration) (result Result, err error) {
	port, admin, err := freePorts()
	if err != nil {
		return Result{}, err
	}
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, program, "serve")
	cmd.Env = append(without(environ, "PORT", "ADMIN_PORT"), "PORT="+port, "ADMIN_PORT="+admin)
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = grace
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return Result{}, fmt.Errorf("start %s: %w", program, err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait() // it is told to end: how it does is not measured
	}()
	defer func() {
		stop(cmd, ended)
		if err != nil {
			err = fmt.Errorf("measure %s: %w\n%s", program, err, tail(said.String()))
		}
	}()
	if err := awaitReady(ctx, "http://127.0.0.1:"+port+"/healthcheck/ready"); err != nil {
		return Result{}, err
	}
	result.Ready = time.Since(began)
	select {
	case <-ctx.Done():
		return Result{}, ctx.Err()
	case <-time.After(idle):
	}
	result.Resident, err = resident(cmd.Process.Pid)
	return result, err
}

// stop ends the program, first with a word and then without.
func stop(cmd *exec.Cmd, ended <-chan struct{}) {
	_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended by itself
	select {
	case <-ended:
	case <-time.After(grace):
		_ = cmd.Process.Kill()
		<-ended
	}
}

func awaitReady(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	client := &http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	for {
		if answers(ctx, client, url) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", errNotReady, ctx.Err())
		case <-ticker.C:
		}
	}
}

func answers(ctx context.Context, client *http.Client, url string) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return false
	}
	response, err := client.Do(request)
	if err != nil {
		return false
	}
	return response.Body.Close() == nil && response.StatusCode == http.StatusOK
}

// resident is what the kernel says of a process (Linux).
func resident(pid int) (int64, error) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0, fmt.Errorf("read memory: %w", err)
	}
	return parseResident(text)
}

func parseResident(status []byte) (int64, error) {
	lines := bufio.NewScanner(bytes.NewReader(status))
	for lines.Scan() {
		if fields := strings.Fields(lines.Text()); len(fields) == 3 && fields[0] == "VmRSS:" && fields[2] == "kB" {
			kilobytes, err := strconv.ParseInt(fields[1], 10, 64)
			return kilobytes << 10, err
		}
	}
	return 0, errNoMemory
}

// Environment is the environment of a running process (Linux).
func Environment(pid int) ([]string, error) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/environ")
	if err != nil {
		return nil, fmt.Errorf("read environment: %w", err)
	}
	return strings.FieldsFunc(string(text), func(r rune) bool { return r == 0 }), nil
}

func without(environ []string, names ...string) []string {
	return slices.DeleteFunc(slices.Clone(environ), func(pair string) bool {
		name, _, _ := strings.Cut(pair, "=")
		return slices.Contains(names, name)
	})
}

// freePorts are two that nobody has at the moment. Both are held until both are
// known.
func freePorts() (one, two string, err error) {
	first, one, err := listen()
	if err != nil {
		return "", "", err
	}
	second, two, err := listen()
	if err != nil {
		return "", "", errors.Join(err, first.Close())
	}
	return one, two, errors.Join(first.Close(), second.Close())
}

func listen() (listener net.Listener, port string, err error) {
	listener, err = net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, "", fmt.Errorf("find a port: %w", err)
	}
	_, port, err = net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return nil, "", fmt.Errorf("find a port: %w", errors.Join(err, listener.Close()))
	}
	return listener, port, nil
}

// tail is the end of what a program said.
func tail(text string) string {
	const enough = 2000
	if len(text) > enough {
		return text[len(text)-enough:]
	}
	return text
}
