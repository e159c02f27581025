package testenv

import (
	"context"
	"fmt"
	"testing"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dailyfeed/dailyfeed/support/testenv/server"
)

// MongoDatabase is an empty database that belongs to one test.
type MongoDatabase struct {
	URI      string
	Database string
}

// Mongo gives the test an empty database; it is dropped with the test's end.
func Mongo(t testing.TB) MongoDatabase {
	t.Helper()
	m := MongoDatabase{URI: shared.mongo.get(t), Database: uniqueName(t)}
	t.Cleanup(func() {
		if err := m.drop(); err != nil {
			t.Errorf("testenv: %v", err)
		}
	})
	return m
}

// OwnMongo gives the test a server that it may stop, kill and pause. What it
// acknowledged outlives a kill -9.
func OwnMongo(t testing.TB) (*server.MongoDB, MongoDatabase) {
	t.Helper()
	s := own(t, server.StartMongoDB, server.Options{Persistent: true})
	return s, MongoDatabase{URI: s.URI(), Database: "dailyfeed"}
}

func (m MongoDatabase) drop() error {
	ctx, cancel := context.WithTimeout(context.Background(), callWithin)
	defer cancel()
	client, err := mongo.Connect(options.Client().ApplyURI(m.URI))
	if err != nil {
		return fmt.Errorf("connect to mongodb: %w", err)
	}
	defer func() { _ = client.Disconnect(context.WithoutCancel(ctx)) }()
	if err := client.Database(m.Database).Drop(ctx); err != nil {
		return fmt.Errorf("drop database %s: %w", m.Database, err)
	}
	return nil
}
