package fleet

import (
	"context"
	"sync"

	"github.com/dailyfeed/dailyfeed/support/testenv/server"
)

// storeServer is a server of testenv.
type storeServer interface {
	Start(ctx context.Context) error
	Stop(ctx context.Context) error
	Done() <-chan struct{}
	Pid() int
}

// store is a Part that is a server with its data under the fleet's folder.
type store struct {
	storeDefinition
	options server.Options
	warn    func(format string, args ...any) // what nobody may overlook

	mu     sync.Mutex
	server storeServer
	addr   string
}

// Start implements supervisor.Part.
func (s *store) Start(ctx context.Context) error {
	if running := s.current(); running != nil {
		return running.Start(ctx)
	}
	started, addr, err := s.launch(ctx, s.options)
	if err != nil {
		return err
	}
	if m, ok := started.(*server.MongoDB); ok && m.StandIn {
		s.warn(standInWarning)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.server, s.addr = started, addr
	return nil
}

func (s *store) current() storeServer {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.server
}

// Done implements supervisor.Part.
func (s *store) Done() <-chan struct{} {
	if running := s.current(); running != nil {
		return running.Done()
	}
	closed := make(chan struct{})
	close(closed)
	return closed
}

// Stop implements supervisor.Part.
func (s *store) Stop(ctx context.Context) error {
	if running := s.current(); running != nil {
		return running.Stop(ctx)
	}
	return nil
}

// Pid implements supervisor.Part.
func (s *store) Pid() int {
	if running := s.current(); running != nil {
		return running.Pid()
	}
	return 0
}

// ownStores are the stores that the environment does not name; the address of
// the others is noted.
func (f *Fleet) ownStores() []*store {
	var own []*store
	for _, d := range storeDefinitions {
		if given := f.config.env(d.env); given != "" {
			d.set(&f.stores, given)
			f.console.say("%s is that of %s", d.kind, d.env)
			continue
		}
		own = append(own, &store{storeDefinition: d, warn: f.console.shout, options: server.Options{
			Dir: f.layout.data(d.folder), Port: d.port + f.config.PortOffset, Persistent: true,
			Log: f.console.writer(string(d.kind)), ReadyWithin: storeReadyWithin,
		}})
	}
	return own
}

// storeDefinition is what is special about a store.
type storeDefinition struct {
	kind   server.Kind
	env    string // names one that replaces ours
	folder string
	port   int
	set    func(s *Stores, addr string)
	launch func(ctx context.Context, o server.Options) (storeServer, string, error)
}

var storeDefinitions = []storeDefinition{
	{
		kind: server.KindMySQL, env: "MYSQL_DSN", folder: "mariadb", port: mysqlPort,
		set: func(s *Stores, addr string) { s.MySQL = addr },
		launch: func(ctx context.Context, o server.Options) (storeServer, string, error) {
			started, err := server.StartMariaDB(ctx, o)
			if err != nil {
				return nil, "", err
			}
			return started, started.DSN(""), nil
		},
	},
	{
		kind: server.KindRedis, env: "REDIS_ADDR", folder: "redis", port: redisPort,
		set: func(s *Stores, addr string) { s.Redis = addr },
		launch: func(ctx context.Context, o server.Options) (storeServer, string, error) {
			started, err := server.StartRedis(ctx, o)
			if err != nil {
				return nil, "", err
			}
			return started, started.Addr(), nil
		},
	},
	{
		kind: server.KindKafka, env: "KAFKA_BOOTSTRAP_SERVERS", folder: "kafka", port: kafkaPort,
		set: func(s *Stores, addr string) { s.Kafka = addr },
		launch: func(ctx context.Context, o server.Options) (storeServer, string, error) {
			started, err := server.StartKafka(ctx, o)
			if err != nil {
				return nil, "", err
			}
			return started, started.Bootstrap(), nil
		},
	},
	{
		kind: server.KindMongoDB, env: "MONGODB_URI", folder: "mongodb", port: mongoPort,
		set: func(s *Stores, addr string) { s.MongoDB = addr },
		launch: func(ctx context.Context, o server.Options) (storeServer, string, error) {
			started, err := server.StartMongoDB(ctx, o)
			if err != nil {
				return nil, "", err
			}
			return started, started.URI(), nil
		},
	},
}

const standInWarning = "this is NOT MongoDB but mongo-java-server, a stand-in that speaks its protocol; " +
	"for the real one put mongod on the PATH, set MONGODB_URI, or use INFRA=docker"
