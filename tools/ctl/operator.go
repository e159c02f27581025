package ctl

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
	"github.com/dailyfeed/dailyfeed/tools/fleet"
	"github.com/dailyfeed/dailyfeed/tools/pipeline"
)

var (
	errNoStores   = errors.New("no stores: --mysql, --redis, --kafka and --mongodb, their variables, or a fleet that runs in this repository (make up)")
	errNotRunning = errors.New("the fleet of this repository does not run: make up")
	errNoAnswer   = errors.New("does not answer")
)

// where holds the flags that say where the stores are.
type where struct{ pipeline.Addresses }

// operatorFlags adds the flags of a command that looks into the stores.
func operatorFlags(cmd *cobra.Command, w *where) {
	flags := cmd.PersistentFlags()
	flags.StringVar(&w.MySQL, "mysql", "", "DSN of an operator ($MYSQL_DSN)")
	flags.StringVar(&w.Redis, "redis", "", "host:port, or host:port/database ($REDIS_ADDR)")
	flags.StringVar(&w.Kafka, "kafka", "", "bootstrap servers ($KAFKA_BOOTSTRAP_SERVERS)")
	flags.StringVar(&w.MongoDB, "mongodb", "", "URI ($MONGODB_URI)")
	flags.StringVar(&w.MongoDatabase, "mongodb-database", "", "its database ($MONGODB_DATABASE, dailyfeed)")
	flags.StringVar(&w.Prefix, "prefix", activityrecord.DefaultTopicPrefix, "what the topics begin with")
}

// addresses are those of the flags, then of the environment, then of the fleet that
// runs in this repository.
func (a *app) addresses(w where) (pipeline.Addresses, error) {
	found := w.Addresses
	for variable, address := range map[string]*string{
		"MYSQL_DSN": &found.MySQL, "REDIS_ADDR": &found.Redis, "KAFKA_BOOTSTRAP_SERVERS": &found.Kafka,
		"MONGODB_URI": &found.MongoDB, "MONGODB_DATABASE": &found.MongoDatabase,
	} {
		if *address == "" {
			*address = a.Environ(variable)
		}
	}
	if found.MySQL != "" && found.Redis != "" && found.Kafka != "" && found.MongoDB != "" {
		return found, nil
	}
	state, err := a.fleetState()
	if err != nil {
		return found, err
	}
	for _, pair := range []struct {
		to   *string
		from string
	}{{&found.MySQL, state.Stores.MySQL}, {&found.Redis, state.Stores.Redis}, {&found.Kafka, state.Stores.Kafka}, {&found.MongoDB, state.Stores.MongoDB}} {
		if *pair.to == "" {
			*pair.to = pair.from
		}
	}
	return found, nil
}

func (a *app) fleetState() (fleet.State, error) {
	root, err := fleet.FindRoot(".")
	if err != nil {
		return fleet.State{}, errNoStores
	}
	state, err := fleet.ReadState(fleet.Config{Root: root, Local: a.Environ("DAILYFEED_LOCAL")})
	if errors.Is(err, fleet.ErrNotRunning) {
		return state, errNoStores
	}
	if err == nil && !state.Ready {
		err = errNotRunning
	}
	return state, err
}

// withStores runs do with the stores, once those that it needs answer: all, where
// none is named.
func (a *app) withStores(ctx context.Context, w where, needed []string, do func(ctx context.Context, s *pipeline.Stores) error) error {
	addresses, err := a.addresses(w)
	if err != nil {
		return err
	}
	stores := pipeline.New(addresses, time.Now)
	defer stores.Close()
	var silent []string
	for _, check := range stores.Ping(ctx, needed...) {
		if !check.OK {
			silent = append(silent, check.Store+": "+check.Error)
		}
	}
	if len(silent) > 0 && ctx.Err() == nil {
		return fmt.Errorf("%w: %s", errNoAnswer, strings.Join(silent, "; "))
	}
	return do(ctx, stores)
}

// times are shown as the operator's clock has them.
func shortTime(at time.Time) string {
	if at.IsZero() {
		return "-"
	}
	return at.Local().Format("01-02 15:04:05.000") //nolint:gosmopolitan // for a person
}

func ago(at time.Time) string { return time.Since(at).Round(time.Second).String() }

// nothing prints a line in the place of an empty table; programs get their empty list.
func (a *app) nothing(value any, text string) error {
	if a.output == "json" {
		return a.show(value, nil, nil)
	}
	return a.line(text)
}
