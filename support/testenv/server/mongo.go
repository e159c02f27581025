package server

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dailyfeed/dailyfeed/support/testenv/child"
)

//go:embed assets/mongo-pom.xml
var standInPom []byte

//go:embed assets/StandIn.java
var standInSource []byte

// MongoDB is a mongod, or the stand-in that speaks its protocol.
type MongoDB struct {
	*Server
	// StandIn is true for mongo-java-server: no $text, TTL, transactions,
	// change streams, pipeline updates or explain; of an index that is not unique
	// the first key counts.
	StandIn bool
}

// StartMongoDB starts mongod where the machine has one, else the stand-in.
func StartMongoDB(ctx context.Context, o Options) (*MongoDB, error) {
	l, standIn, err := mongoLauncher(ctx, o)
	if err != nil {
		return nil, err
	}
	s, err := launch(ctx, "mongodb", o, l)
	if err != nil {
		return nil, err
	}
	return &MongoDB{Server: s, StandIn: standIn}, nil
}

// Product names what runs, for summaries: people should know which of the two
// a result comes from.
func (m *MongoDB) Product() string {
	if m.StandIn {
		return "mongo-java-server (a MongoDB stand-in)"
	}
	return "MongoDB"
}

// URI is how a driver reaches the server.
func (m *MongoDB) URI() string { return mongoURI(m.Port()) }

func mongoURI(port int) string { return "mongodb://" + localAddr(port) }

func mongoLauncher(ctx context.Context, o Options) (launcher, bool, error) {
	if path, err := find(mongodTool); err == nil {
		return mongodLauncher{path: path}, false, nil
	}
	java, err := find(javaTool)
	if err != nil {
		return nil, true, err
	}
	home, err := standInHome(ctx, o.Log)
	if err != nil {
		return nil, true, err
	}
	return standInLauncher{java: java, home: home, persistent: o.Persistent, heap: cmp.Or(o.Heap, standInHeap)}, true, nil
}

type mongodLauncher struct{ path string }

func (mongodLauncher) prepare(context.Context, string) error { return nil }

func (l mongodLauncher) command(dir string, port int) (child.Spec, error) {
	socket, err := socketPath(port)
	if err != nil {
		return child.Spec{}, err
	}
	return child.Spec{Path: l.path, Dir: dir, Args: []string{
		"--dbpath", dir, "--port", strconv.Itoa(port), "--bind_ip", "127.0.0.1",
		"--unixSocketPrefix", filepath.Dir(socket), "--wiredTigerCacheSizeGB", "0.25", "--quiet",
	}}, nil
}

func (mongodLauncher) ready(ctx context.Context, port int) error { return pingMongo(ctx, port) }

type standInLauncher struct {
	java, home string
	persistent bool
	heap       int // MiB
}

const standInHeap = 256

func (standInLauncher) prepare(context.Context, string) error { return nil }

func (l standInLauncher) command(dir string, port int) (child.Spec, error) {
	path, err := classPath(l.home, filepath.Join(l.home, "classes"))
	if err != nil {
		return child.Spec{}, err
	}
	args := append(javaFlags(strconv.Itoa(l.heap)+"m"), "-cp", path, "StandIn", strconv.Itoa(port))
	if l.persistent {
		args = append(args, filepath.Join(dir, "mongo.mv"))
	}
	return child.Spec{Path: l.java, Args: args, Dir: dir}, nil
}

func (standInLauncher) ready(ctx context.Context, port int) error { return pingMongo(ctx, port) }

func pingMongo(ctx context.Context, port int) (err error) {
	if err := dial(ctx, port); err != nil { // cheaper than a driver that retries
		return err
	}
	client, err := mongo.Connect(options.Client().ApplyURI(mongoURI(port)).
		SetDirect(true).SetServerSelectionTimeout(time.Second))
	if err != nil {
		return fmt.Errorf("connect to mongodb: %w", err)
	}
	defer func() { _ = client.Disconnect(context.WithoutCancel(ctx)) }()
	if err := client.Database("admin").RunCommand(ctx, bson.D{{Key: "ping", Value: 1}}).Err(); err != nil {
		return fmt.Errorf("ping mongodb: %w", err)
	}
	return nil
}

// standInHome is the folder of the stand-in's jars and its compiled main.
func standInHome(ctx context.Context, log io.Writer) (string, error) {
	return cached(ctx, "mongo-stand-in-"+fingerprint(string(standInPom), string(standInSource)),
		func(ctx context.Context, dir string) error {
			if err := fetchJars(ctx, log, standInPom, dir); err != nil {
				return err
			}
			return compile(ctx, log, dir)
		})
}

func compile(ctx context.Context, log io.Writer, dir string) error {
	compiler, err := find(javacTool)
	if err != nil {
		return err
	}
	source := filepath.Join(dir, "StandIn.java")
	if err := os.WriteFile(source, standInSource, 0o644); err != nil {
		return fmt.Errorf("write stand-in: %w", err)
	}
	path, err := classPath(dir)
	if err != nil {
		return err
	}
	return run(ctx, log, nil, compiler, "--release", strconv.Itoa(oldestJava), "-cp", path, "-d", filepath.Join(dir, "classes"), source)
}
