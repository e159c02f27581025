package verify_test

import (
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"
)

// tables is deploy/tables.yaml.
type tables struct {
	Resources    map[string]resources `json:"resources"`
	CronJobs     map[string]cronJob   `json:"cronJobs"`
	CronJobRules struct {
		Concurrency  string `json:"concurrency"`
		History      int32  `json:"history"`
		BackoffLimit int32  `json:"backoffLimit"`
	} `json:"cronJobRules"`
	Migrations       []string              `json:"migrations"`
	Autoscaling      map[string]autoscaler `json:"autoscaling"`
	AutoscalingPaces map[string]pace       `json:"autoscalingPaces"`
	Routes           map[string]route      `json:"routes"`
	RetryOn          map[string]string     `json:"retryOn"`
	Pools            map[string]pool       `json:"pools"`
	Outlier          outlier               `json:"outlier"`
	TCP              tcp                   `json:"tcp"`
	Calls            map[string][]string   `json:"calls"`
	Stores           map[string][]string   `json:"stores"`
	API              map[string]string     `json:"api"`
}

type resources struct {
	Requests map[string]string `json:"requests"`
	Limits   map[string]string `json:"limits"`
}

type cronJob struct {
	Schedule string `json:"schedule"`
	TTL      int32  `json:"ttl"`
}

type autoscaler struct {
	Min    int32  `json:"min"`
	Max    int32  `json:"max"`
	CPU    int32  `json:"cpu"`
	Memory int32  `json:"memory"`
	Up     string `json:"up"`
}

type pace struct {
	Window  int32  `json:"window"`
	Pods    int32  `json:"pods"`
	Percent int32  `json:"percent"`
	Period  int32  `json:"period"`
	Select  string `json:"select"`
}

type route struct {
	Timeout       string `json:"timeout"`
	Attempts      int32  `json:"attempts"`
	PerTryTimeout string `json:"perTryTimeout"`
	RetryOn       string `json:"retryOn"`
}

type pool struct {
	MaxConnections           int32  `json:"maxConnections"`
	HTTP1MaxPendingRequests  int32  `json:"http1MaxPendingRequests"`
	HTTP2MaxRequests         int32  `json:"http2MaxRequests"`
	MaxRequestsPerConnection int32  `json:"maxRequestsPerConnection"`
	MaxRetries               int32  `json:"maxRetries"`
	IdleTimeout              string `json:"idleTimeout"`
}

type outlier struct {
	Consecutive5xxErrors     uint32 `json:"consecutive5xxErrors"`
	ConsecutiveGatewayErrors uint32 `json:"consecutiveGatewayErrors"`
	Interval                 string `json:"interval"`
	BaseEjectionTime         string `json:"baseEjectionTime"`
	MaxEjectionPercent       int32  `json:"maxEjectionPercent"`
	MinHealthPercent         int32  `json:"minHealthPercent"`
}

type tcp struct {
	ConnectTimeout    string `json:"connectTimeout"`
	KeepaliveTime     string `json:"keepaliveTime"`
	KeepaliveInterval string `json:"keepaliveInterval"`
	KeepaliveProbes   uint32 `json:"keepaliveProbes"`
}

func readTables(t *testing.T) tables {
	t.Helper()
	text, err := os.ReadFile("../tables.yaml")
	require.NoError(t, err)
	var all tables
	require.NoError(t, yaml.UnmarshalStrict(text, &all))
	return all
}

// services are the six, in order.
func services() []string {
	return []string{"activity", "content", "image", "member", "search", "timeline"}
}

// callersOf are those who may call a service, in order.
func (all tables) callersOf(service string) []string {
	var callers []string
	for caller, called := range all.Calls {
		if slices.Contains(called, service) {
			callers = append(callers, caller)
		}
	}
	slices.Sort(callers)
	return callers
}

func TestEveryServiceIsInEveryTable(t *testing.T) {
	t.Parallel()
	all := readTables(t)
	for _, service := range services() {
		require.Contains(t, all.Resources, service)
		require.Contains(t, all.Routes, service)
		require.Contains(t, all.Pools, service)
		require.Contains(t, all.Autoscaling, service)
		require.Contains(t, all.Stores, service)
		require.Contains(t, all.Calls, service)
	}
}
