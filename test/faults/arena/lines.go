package arena

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-sql-driver/mysql"

	"github.com/dailyfeed/dailyfeed/test/faults/proxy"
	"github.com/dailyfeed/dailyfeed/tools/fleet"
)

// Store is a kind of store that services have a line to.
type Store string

// The stores.
const (
	MySQL   Store = "mysql"
	Redis   Store = "redis"
	MongoDB Store = "mongodb"
)

// via gives each part lines of its own.
func (a *Arena) via(part string, stores fleet.Stores) fleet.Stores {
	swap := func(store Store, addr string) string {
		line, err := a.line(lineName(part, store), addr)
		if err != nil {
			return addr // as advertise
		}
		return line.Addr()
	}
	if config, err := mysql.ParseDSN(stores.MySQL); err == nil {
		config.Addr = swap(MySQL, config.Addr)
		stores.MySQL = config.FormatDSN()
	}
	if uri, err := url.Parse(stores.MongoDB); err == nil {
		uri.Host = swap(MongoDB, uri.Host)
		stores.MongoDB = uri.String()
	}
	stores.Redis = swap(Redis, stores.Redis)
	return stores
}

func lineName(part string, store Store) string { return fmt.Sprintf("%s → %s", part, store) }

// line is the one of that name, opened if it is new.
func (a *Arena) line(name, upstream string) (*proxy.Line, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if line := a.lines[name]; line != nil {
		return line, nil
	}
	line, err := proxy.Open(name, upstream)
	if err != nil {
		return nil, err
	}
	a.lines[name] = line
	return line, nil
}

// Line is the way of a part (content, content-2 …) to a store.
func (a *Arena) Line(part string, store Store) (*proxy.Line, error) {
	return a.known(lineName(part, store))
}

// KafkaLine is the way of everybody to a broker, counted from 0.
func (a *Arena) KafkaLine(broker int) (*proxy.Line, error) {
	return a.known("kafka " + a.kafka.Brokers[broker].Addr())
}

func (a *Arena) known(name string) (*proxy.Line, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	line := a.lines[name]
	if line == nil {
		return nil, fmt.Errorf("%w: %s", errNoLine, name)
	}
	return line, nil
}

// Calm takes every fault off every line.
func (a *Arena) Calm() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, line := range a.lines {
		line.Calm()
	}
}

// LineNames are the lines of parts to their stores and to the brokers, in order.
func (a *Arena) LineNames() []string {
	var names []string
	for _, part := range a.Replicas() {
		stores := map[string][]Store{
			"member": {MySQL, Redis}, "content": {MySQL, Redis}, "timeline": {MySQL, Redis, MongoDB},
			"search": {MongoDB, Redis}, "activity": {MongoDB, Redis},
		}
		service, _, _ := strings.Cut(part, "-")
		for _, store := range stores[service] {
			names = append(names, lineName(part, store))
		}
	}
	for n := range a.Brokers() {
		names = append(names, fmt.Sprintf("everybody → kafka-%d", n))
	}
	return names
}

// LineOf is the line of one of LineNames.
func (a *Arena) LineOf(name string) (*proxy.Line, error) {
	if number, ok := strings.CutPrefix(name, "everybody → kafka-"); ok {
		n, err := strconv.Atoi(number)
		if err != nil || n >= a.Brokers() {
			return nil, fmt.Errorf("%w: %s", errNoLine, name)
		}
		return a.KafkaLine(n)
	}
	return a.known(name)
}

// Replicas are the parts that are services, in order.
func (a *Arena) Replicas() (parts []string) {
	for _, service := range Services() {
		parts = append(parts, a.Parts(service)...)
	}
	return parts
}
