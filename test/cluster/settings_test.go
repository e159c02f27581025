//go:build cluster

package cluster_test

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	app   = "dailyfeed"
	infra = "dailyfeed-infra"
)

// settings say which cluster, and how to reach it.
type settings struct {
	root     string   // of the repository
	context  string   // of KUBECONFIG; E2E_CONTEXT, else the current one
	tags     []string // E2E_TAGS: two, by comma, of archives in the folder dist
	dist     string   // E2E_DIST
	load     string   // E2E_LOAD: how an archive gets into the cluster
	url      string   // E2E_URL: where the ingress is
	hostAddr string   // E2E_HOST: this machine's address as pods see it
}

func read(t *testing.T) settings {
	t.Helper()
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	s := settings{
		root: root, context: os.Getenv("E2E_CONTEXT"), dist: or(os.Getenv("E2E_DIST"), filepath.Join(root, "dist")),
		tags: strings.Split(os.Getenv("E2E_TAGS"), ","), load: os.Getenv("E2E_LOAD"), url: os.Getenv("E2E_URL"), hostAddr: os.Getenv("E2E_HOST"),
	}
	require.Len(t, s.tags, 2, "E2E_TAGS: two tags, by comma, whose archives are in E2E_DIST")
	if s.context == "" {
		s.context = strings.TrimSpace(output(t, "kubectl", "config", "current-context"))
	}
	if s.hostAddr == "" {
		node := s.kubectl(t, "get", "nodes", "-o", `jsonpath={.items[0].status.addresses[?(@.type=="InternalIP")].address}`)
		conn, err := net.Dial("udp", net.JoinHostPort(node, "9"))
		require.NoError(t, err)
		host, _, err := net.SplitHostPort(conn.LocalAddr().String())
		require.NoError(t, err)
		require.NoError(t, conn.Close())
		s.hostAddr = host
	}
	return s
}

func or(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}

func output(t *testing.T, name string, args ...string) string {
	t.Helper()
	text, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	require.NoError(t, err, "%s %v: %s", name, args, text)
	return string(text)
}

// kubectl runs it on the cluster of the settings.
func (s settings) kubectl(t *testing.T, args ...string) string {
	t.Helper()
	return output(t, "kubectl", append([]string{"--context", s.context}, args...)...)
}

// try is kubectl whose failure is an answer. It may tidy up after the test, too.
func (s settings) try(t *testing.T, args ...string) (string, error) {
	t.Helper()
	text, err := exec.CommandContext(context.WithoutCancel(t.Context()), "kubectl", append([]string{"--context", s.context}, args...)...).CombinedOutput()
	return string(text), err
}
