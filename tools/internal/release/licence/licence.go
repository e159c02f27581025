// Package licence reads under which terms the modules are that our binaries are
// linked from.
package licence

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Kind is a licence by its SPDX name; "" is one that nobody recognised.
type Kind string

// Allowed are the licences of what may be linked into an Apache-2.0 program
// that is given away as a binary. MPL-2.0 asks for the source of its own files
// only, which are used unchanged.
func Allowed() []Kind {
	return []Kind{"Apache-2.0", "MIT", "BSD-2-Clause", "BSD-3-Clause", "ISC", "0BSD", "MPL-2.0"}
}

var (
	// ErrUnknown is in the error for a text that is no licence known here.
	ErrUnknown = errors.New("no licence known here")
	// ErrNoText is in the error for a folder without a licence's text.
	ErrNoText = errors.New("no text of a licence")
	space     = regexp.MustCompile(`\s+`)
	fileName  = regexp.MustCompile(`(?i)^(licen[cs]e|copying|unlicense)([.-].*)?$`)
)

// phrases tell one text from another, the strictest first: a text that speaks of
// the GPL is never taken for something milder.
var phrases = []struct {
	kind   Kind
	phrase string
}{
	{"AGPL", "gnu affero general public license version"},
	{"LGPL", "gnu lesser general public license version"},
	{"GPL", "gnu general public license version"},
	{"MPL-2.0", "mozilla public license, version 2.0"},
	{"MPL-2.0", "mozilla public license version 2.0"},
	{"Apache-2.0", "apache license version 2.0"},
	{"Apache-2.0", "apache license, version 2.0"},
	{"MIT", "permission is hereby granted, free of charge, to any person obtaining a copy"},
	{"ISC", "permission to use, copy, modify, and distribute this software for any purpose with or without fee is hereby granted, provided"},
	{"ISC", "permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted, provided"},
	{"BSD-3-Clause", "neither the name"},
	{"BSD-3-Clause", "the names of its contributors may not be used to endorse"},
	{"BSD-2-Clause", "redistribution and use in source and binary forms, with or without modification, are permitted"},
}

// Of recognises a licence's text by its own words.
func Of(text string) (Kind, error) {
	text = strings.ToLower(space.ReplaceAllString(text, " "))
	for _, p := range phrases {
		if strings.Contains(text, p.phrase) {
			return p.kind, nil
		}
	}
	return "", ErrUnknown
}

// Folder is the licence of a module's folder. More than one text means that all
// of them hold; each must be allowed.
func Folder(folder string) ([]Kind, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("look for a licence: %w", err)
	}
	var kinds []Kind
	for _, entry := range entries {
		if entry.IsDir() || !fileName.MatchString(entry.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		if err != nil {
			return nil, fmt.Errorf("read licence: %w", err)
		}
		kind, err := Of(string(text))
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", entry.Name(), err)
		}
		kinds = append(kinds, kind)
	}
	if len(kinds) == 0 {
		return nil, ErrNoText
	}
	slices.Sort(kinds)
	return slices.Compact(kinds), nil
}
