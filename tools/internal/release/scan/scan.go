// Package scan looks for known weaknesses (the Go vulnerability database) in code
// and in finished programs. What an image holds beside its program are
// certificates, whose end it looks at.
package scan

import (
	"bytes"
	"cmp"
	"context"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	govulncheck "golang.org/x/vuln/scan"
)

// Weakness is one that is in what was looked at.
type Weakness struct {
	// ID is the database's, such as "GO-2026-4711".
	ID string
	// Module is where it is, at Version; Fixed is the version without it, "" of none.
	Module, Version, Fixed string
	// Symbol is what is called, where that is known: programs without a symbol
	// table only tell their modules.
	Symbol string
}

// String is a line for people.
func (w Weakness) String() string {
	fixed := "no version is without it yet"
	if w.Fixed != "" {
		fixed = "fixed in " + w.Fixed
	}
	return strings.TrimSpace(fmt.Sprintf("%s: %s %s %s", w.ID, w.Module, w.Version, w.Symbol)) + ": " + fixed
}

var errScanner = errors.New("the scanner ended early")

// Program looks into a Go program: at every module in it and at the standard
// library. database is the URL of one, "" for the public one.
func Program(ctx context.Context, file, database string) ([]Weakness, error) {
	return run(ctx, database, false, "-mode=binary", file)
}

// Source looks into the module in a folder: at the code that its packages call.
func Source(ctx context.Context, folder, database string) ([]Weakness, error) {
	return run(ctx, database, true, "-C", folder, "./...")
}

func run(ctx context.Context, database string, called bool, arguments ...string) ([]Weakness, error) {
	words := []string{"-format=json"}
	if database != "" {
		words = append(words, "-db", database)
	}
	var out, said bytes.Buffer
	command := govulncheck.Command(ctx, append(words, arguments...)...)
	command.Stdout, command.Stderr = &out, &said
	err := command.Start()
	if err == nil {
		err = command.Wait()
	}
	if err != nil {
		return nil, fmt.Errorf("scan %s: %w: %s", arguments[len(arguments)-1], err, bytes.TrimSpace(said.Bytes()))
	}
	return read(&out, called)
}

// message is what is read of govulncheck's stream of JSON.
type message struct {
	Config  *struct{} `json:"config"`
	Finding *struct {
		OSV          string `json:"osv"`
		FixedVersion string `json:"fixed_version"`
		Trace        []struct {
			Module, Version, Package, Function string
		} `json:"trace"`
	} `json:"finding"`
}

// read takes the findings of a stream, once each; of those in code only the ones
// that are called.
func read(stream io.Reader, called bool) ([]Weakness, error) {
	var found []Weakness
	began := false
	for decoder := json.NewDecoder(stream); ; {
		var m message
		err := decoder.Decode(&m)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read findings: %w", err)
		}
		began = began || m.Config != nil
		if m.Finding == nil || len(m.Finding.Trace) == 0 {
			continue
		}
		at := m.Finding.Trace[0]
		if called && at.Function == "" {
			continue
		}
		w := Weakness{ID: m.Finding.OSV, Module: at.Module, Version: at.Version, Fixed: m.Finding.FixedVersion}
		if called {
			w.Symbol = at.Package + "." + at.Function
		}
		found = append(found, w)
	}
	if !began {
		return nil, errScanner
	}
	slices.SortFunc(found, func(a, b Weakness) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Module, b.Module), cmp.Compare(a.Symbol, b.Symbol))
	})
	return slices.CompactFunc(found, func(a, b Weakness) bool { return a.ID == b.ID && a.Module == b.Module }), nil
}

// Expired are the certificates of a PEM file that have ended. Fails where there
// are none at all.
func Expired(text []byte, now time.Time) (names []string, err error) {
	read := 0
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("read certificate: %w", err)
		}
		read++
		if now.After(certificate.NotAfter) {
			names = append(names, certificate.Subject.String())
		}
	}
	if read == 0 {
		return nil, errNoCertificates
	}
	return names, nil
}

var errNoCertificates = errors.New("no certificates")
