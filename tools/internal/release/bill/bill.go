// Package bill writes a bill of materials (SPDX 2.3) of what is in an image,
// from what the linker wrote into its binaries.
package bill

import (
	"cmp"
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// Content is what one binary was linked from.
type Content struct {
	// Go is the toolchain, such as "go1.26.8".
	Go string
	// Modules are those in the binary, the main one among them.
	Modules []Module
}

// Module is a Go module at a version; ours have no version of their own.
type Module struct{ Path, Version string }

// Subject is what the bill is of.
type Subject struct {
	Name, Version, Digest, Source, Commit string
	At                                    time.Time
}

// Read reads a binary's build information.
func Read(program string) (Content, error) {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return Content{}, fmt.Errorf("read build information: %w", err)
	}
	return of(info), nil
}

func of(info *debug.BuildInfo) Content {
	content := Content{Go: info.GoVersion, Modules: []Module{{Path: info.Main.Path}}}
	for _, m := range info.Deps {
		one := Module{Path: m.Path, Version: m.Version}
		if m.Replace != nil {
			one.Version = ""
			if m.Replace.Version != "" { // a fork, not a folder of this repository
				one = Module{Path: m.Replace.Path, Version: m.Replace.Version}
			}
		}
		content.Modules = append(content.Modules, one)
	}
	return content
}

type document struct {
	Version       string         `json:"spdxVersion"`
	License       string         `json:"dataLicense"`
	ID            string         `json:"SPDXID"`
	Name          string         `json:"name"`
	Namespace     string         `json:"documentNamespace"`
	Creation      creation       `json:"creationInfo"`
	Packages      []pkg          `json:"packages"`
	Relationships []relationship `json:"relationships"`
}

type creation struct {
	Created  string   `json:"created"`
	Creators []string `json:"creators"`
}

type pkg struct {
	Name     string      `json:"name"`
	ID       string      `json:"SPDXID"`
	Version  string      `json:"versionInfo,omitempty"`
	Download string      `json:"downloadLocation"`
	Analyzed bool        `json:"filesAnalyzed"`
	Refs     []reference `json:"externalRefs,omitempty"`
}

type reference struct {
	Category string `json:"referenceCategory"`
	Type     string `json:"referenceType"`
	Locator  string `json:"referenceLocator"`
}

type relationship struct {
	From string `json:"spdxElementId"`
	Type string `json:"relationshipType"`
	To   string `json:"relatedSpdxElement"`
}

const (
	nowhere   = "NOASSERTION"
	documentI = "SPDXRef-DOCUMENT"
	imageI    = "SPDXRef-image"
)

// Write is the bill as JSON: the subject, and each module of any of the
// contents once. The same subject and contents give the same bytes.
func Write(s Subject, contents []Content) ([]byte, error) {
	d := document{
		Version: "SPDX-2.3", License: "CC0-1.0", ID: documentI, Name: s.Name + ":" + s.Version,
		Namespace: s.Source + "/spdx/" + s.Name + "/" + strings.ReplaceAll(s.Digest, ":", "-"),
		Creation:  creation{Created: s.At.UTC().Format(time.RFC3339), Creators: []string{"Tool: dailyfeed-release"}},
		Packages: []pkg{{
			Name: s.Name, ID: imageI, Version: s.Version, Download: nowhere,
			Refs: []reference{purl("pkg:oci/" + s.Name + "@" + strings.ReplaceAll(s.Digest, ":", "%3A"))},
		}},
		Relationships: []relationship{{From: documentI, Type: "DESCRIBES", To: imageI}},
	}
	for i, m := range modules(contents) {
		id := fmt.Sprintf("SPDXRef-module-%d", i+1)
		d.Packages = append(d.Packages, m.describe(s, id))
		d.Relationships = append(d.Relationships, relationship{From: imageI, Type: "CONTAINS", To: id})
	}
	text, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write bill of %s: %w", s.Name, err)
	}
	return append(text, '\n'), nil
}

// modules are those of all contents, with the standard library, sorted.
func modules(contents []Content) []Module {
	all := map[Module]bool{}
	for _, content := range contents {
		all[Module{Path: "stdlib", Version: strings.TrimPrefix(content.Go, "go")}] = true
		for _, m := range content.Modules {
			all[m] = true
		}
	}
	return slices.SortedFunc(maps.Keys(all), func(a, b Module) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Version, b.Version))
	})
}

// describe is a module's entry; one of ours is named by the commit.
func (m Module) describe(s Subject, id string) pkg {
	version, download := m.Version, nowhere
	if version == "" {
		version, download = s.Commit, "git+"+s.Source+"@"+s.Commit
	}
	return pkg{
		Name: m.Path, ID: id, Version: version, Download: download,
		Refs: []reference{purl("pkg:golang/" + m.Path + "@" + version)},
	}
}

func purl(locator string) reference {
	return reference{Category: "PACKAGE-MANAGER", Type: "purl", Locator: locator}
}
