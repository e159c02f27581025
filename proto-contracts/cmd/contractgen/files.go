package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
)

// file is one generated file: where it belongs and what is in it.
type file struct {
	path    string
	content []byte
}

func write(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("make folder of %s: %w", path, err)
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

func compare(path string, content []byte) error {
	committed, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("%s is missing; run: go run ./cmd/contractgen generate", path)
	}
	if !bytes.Equal(committed, content) {
		return fmt.Errorf("%s is stale; run: go run ./cmd/contractgen generate", path)
	}
	return nil
}
