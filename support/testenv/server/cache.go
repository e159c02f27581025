package server

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// CacheDir is the per-user folder of what is fetched or made once: jars,
// compiled classes, empty data folders.
func CacheDir() (string, error) {
	base, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find cache folder: %w", err)
	}
	return filepath.Join(base, "dailyfeed"), nil
}

// cached is the folder name of the cache, made by produce on first use. Processes
// that need it at once wait for one of them; a half-made folder is never seen.
func cached(ctx context.Context, name string, produce func(ctx context.Context, dir string) error) (_ string, err error) {
	cache, err := CacheDir()
	if err != nil {
		return "", err
	}
	final := filepath.Join(cache, name)
	if _, err := os.Stat(final); err == nil {
		return final, nil
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return "", fmt.Errorf("make cache folder: %w", err)
	}
	lock, err := lockFile(final+".lock", syscall.LOCK_EX)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	if _, err := os.Stat(final); err == nil {
		return final, nil
	}
	return final, fill(ctx, final, produce)
}

func fill(ctx context.Context, final string, produce func(ctx context.Context, dir string) error) error {
	draft := final + ".draft"
	if err := os.RemoveAll(draft); err != nil {
		return fmt.Errorf("clear draft %s: %w", draft, err)
	}
	if err := os.MkdirAll(draft, 0o755); err != nil {
		return fmt.Errorf("make draft %s: %w", draft, err)
	}
	if err := produce(ctx, draft); err != nil {
		return errors.Join(err, os.RemoveAll(draft))
	}
	if err := os.Rename(draft, final); err != nil {
		return fmt.Errorf("finish cache %s: %w", final, err)
	}
	return nil
}

// fingerprint names what a cached thing was made from: programs by their size
// and time, everything else by its text.
func fingerprint(parts ...string) string {
	hash := sha256.New()
	for _, part := range parts {
		if info, err := os.Stat(part); err == nil {
			part = fmt.Sprint(part, info.Size(), info.ModTime().UnixNano())
		}
		fmt.Fprintf(hash, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(hash.Sum(nil))[:12]
}

// copyTree copies the files of from into to.
func copyTree(from, to string) error {
	if err := filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, relative)
		if entry.IsDir() {
			return os.MkdirAll(target, 0o755)
		}
		return copyFile(path, target)
	}); err != nil {
		return fmt.Errorf("copy %s: %w", from, err)
	}
	return nil
}

func copyFile(from, to string) (err error) {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	target, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	_, err = target.ReadFrom(source)
	return err
}
