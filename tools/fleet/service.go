package fleet

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

var (
	errUnknownService = errors.New("unknown service")
	errUnknownInfra   = errors.New("unknown way to run the stores (only docker)")
)

// service is one of the six as this package runs it.
type service struct {
	name     string
	port     int
	mysql    string // the secret of its MySQL user; empty: none
	migrates bool   // has a migrate subcommand
	jobs     []job
}

var services = []service{
	{name: "member", port: 8084, mysql: secretMySQLMember, migrates: true, jobs: []job{
		{"rotate-keys", hourly}, {"clean-tokens", daily},
	}},
	{name: "content", port: 8081, mysql: secretMySQLContent, migrates: true, jobs: []job{
		{"ensure-topics", hourly}, {"delete-old-topics", daily},
	}},
	{name: "timeline", port: 8082, mysql: secretMySQLTimeline},
	{name: "search", port: 8083, migrates: true},
	{name: "image", port: 8085, jobs: []job{{"clean-orphans", daily}}},
	{name: "activity", port: 8086, migrates: true, jobs: []job{{"drain-dead-letters", minutely}}},
}

func serviceNames() []string {
	names := make([]string, len(services))
	for i, s := range services {
		names[i] = s.name
	}
	return names
}

func findService(name string) service {
	return services[slices.IndexFunc(services, func(s service) bool { return s.name == name })]
}

// replica is one process of a service.
type replica struct {
	service
	number int // from 1
	port   int
}

func (r replica) id() string {
	if r.number == 1 {
		return r.name
	}
	return fmt.Sprintf("%s-%d", r.name, r.number)
}

func (r replica) url() string { return fmt.Sprintf("http://127.0.0.1:%d", r.port) }

// replicas lists the processes of a service.
func (c Config) replicas(s service) []replica {
	all := make([]replica, max(1, c.Replicas[s.name]))
	for i := range all {
		all[i] = replica{service: s, number: i + 1, port: s.port + c.PortOffset + i*replicaStep}
	}
	return all
}

// urls are the variables that tell where the services are: all replicas, by comma.
func (c Config) urls() []string {
	var env []string
	for _, s := range services {
		var list []string
		for _, r := range c.replicas(s) {
			list = append(list, r.url())
		}
		env = append(env, strings.ToUpper(s.name)+"_URL="+strings.Join(list, ","))
	}
	return env
}

func (c Config) edgeURL() string { return fmt.Sprintf("http://localhost:%d", edgePort+c.PortOffset) }
