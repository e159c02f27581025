package main

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/dailyfeed/dailyfeed/support/testenv"
	"github.com/dailyfeed/dailyfeed/support/testenv/server"
)

// started is a running server and how tests find it.
type started struct {
	what   string
	env    string
	closer io.Closer
}

type servers []started

// startAll starts the kinds side by side; when one fails, none stays.
func startAll(ctx context.Context, kinds []server.Kind) (servers, error) {
	running := make(servers, len(kinds))
	group, groupCtx := errgroup.WithContext(ctx)
	for i, kind := range kinds {
		group.Go(func() error {
			var err error
			running[i], err = start(groupCtx, kind)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, errors.Join(err, running.close())
	}
	return running, nil
}

var errKind = errors.New("unknown kind of server")

func start(ctx context.Context, kind server.Kind) (started, error) {
	switch kind {
	case server.KindMySQL:
		s, err := server.StartMariaDB(ctx, server.Options{})
		if err != nil {
			return started{}, err
		}
		return started{what: "MariaDB", env: testenv.EnvMySQL + "=" + s.DSN(""), closer: s}, nil
	case server.KindRedis:
		s, err := server.StartRedis(ctx, server.Options{})
		if err != nil {
			return started{}, err
		}
		return started{what: "Redis", env: testenv.EnvRedis + "=" + s.Addr(), closer: s}, nil
	case server.KindKafka:
		s, err := server.StartKafka(ctx, server.Options{})
		if err != nil {
			return started{}, err
		}
		return started{what: "Kafka", env: testenv.EnvKafka + "=" + s.Bootstrap(), closer: s}, nil
	case server.KindMongoDB:
		s, err := server.StartMongoDB(ctx, server.Options{})
		if err != nil {
			return started{}, err
		}
		return started{what: s.Product(), env: testenv.EnvMongoDB + "=" + s.URI(), closer: s}, nil
	default:
		return started{}, errKind
	}
}

func (s servers) environment() []string {
	env := make([]string, len(s))
	for i, one := range s {
		env[i] = one.env
	}
	return env
}

func (s servers) summary() string {
	names := make([]string, len(s))
	for i, one := range s {
		names[i] = one.what
	}
	return strings.Join(names, ", ")
}

func (s servers) close() error {
	var errs []error
	for _, one := range slices.Backward(s) {
		if one.closer != nil {
			errs = append(errs, one.closer.Close())
		}
	}
	return errors.Join(errs...)
}
