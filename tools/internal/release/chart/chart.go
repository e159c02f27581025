// Package chart holds the rules of the versions of the chart that operators
// install: a version is semantic, says one thing for ever, and only grows.
package chart

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"
	"golang.org/x/mod/semver"
)

// Folder is where the chart is, below the workspace; what it is made of is beside it.
const (
	Folder  = "deploy/helm/dailyfeed"
	Sources = "deploy/helm/"
	Library = "deploy/helm/library"
)

// TagPrefix is what a git tag of a release begins with; its version follows.
const TagPrefix = "chart-"

// description is what is read of a Chart.yaml.
type description struct {
	Name         string `yaml:"name"`
	Version      string `yaml:"version"`
	Dependencies []struct {
		Name    string `yaml:"name"`
		Version string `yaml:"version"`
	} `yaml:"dependencies"`
}

var (
	errVersion  = errors.New("not a semantic version of three numbers, without build metadata")
	errUneven   = errors.New("has another version than the chart that it is a part of")
	errTag      = errors.New("the tag names another version than Chart.yaml")
	errNotAhead = errors.New("is not above the last release")
	errStale    = errors.New("was released, and the chart has changed since: give it the next version")
)

// Read is the version of the chart in a tree. Its parts and their requirements
// must have the same: one number says which templates an operator has.
func Read(tree fs.FS) (string, error) {
	whole, err := readOne(tree, Folder)
	if err != nil {
		return "", err
	}
	if err := Check(whole.Version); err != nil {
		return "", err
	}
	parts, err := fs.Glob(tree, Folder+"/charts/*/Chart.yaml")
	if err != nil {
		return "", fmt.Errorf("find parts of the chart: %w", err)
	}
	folders := []string{Folder, Library}
	for _, part := range parts {
		folders = append(folders, path.Dir(part))
	}
	var uneven error
	for _, folder := range folders {
		one, err := readOne(tree, folder)
		if err != nil {
			return "", err
		}
		if one.Version != whole.Version {
			uneven = errors.Join(uneven, fmt.Errorf("%s %s: %w (%s)", folder, one.Version, errUneven, whole.Version))
		}
		for _, d := range one.Dependencies {
			if d.Version != whole.Version {
				uneven = errors.Join(uneven, fmt.Errorf("%s requires %s %s: %w (%s)", folder, d.Name, d.Version, errUneven, whole.Version))
			}
		}
	}
	return whole.Version, uneven
}

func readOne(tree fs.FS, folder string) (description, error) {
	var d description
	text, err := fs.ReadFile(tree, folder+"/Chart.yaml")
	if err != nil {
		return d, fmt.Errorf("read chart: %w", err)
	}
	if err := yaml.Unmarshal(text, &d); err != nil {
		return d, fmt.Errorf("read chart %s: %w", folder, err)
	}
	return d, nil
}

// Check refuses what Helm or a registry's tags cannot hold, or would rewrite.
func Check(version string) error {
	v := "v" + version
	if !semver.IsValid(v) || semver.Build(v) != "" || semver.Canonical(v) != v {
		return fmt.Errorf("version %q: %w", version, errVersion)
	}
	return nil
}

// Last is the highest version among git tags, "" of none. Tags of other things
// are passed over.
func Last(tags []string) string {
	last := ""
	for _, tag := range tags {
		version, ok := strings.CutPrefix(tag, TagPrefix)
		if ok && Check(version) == nil && (last == "" || semver.Compare("v"+version, "v"+last) > 0) {
			last = version
		}
	}
	return last
}

// Release says whether version may be released as tag: the two agree, and all
// other releases are below it.
func Release(version, tag string, others []string) error {
	if tag != TagPrefix+version {
		return fmt.Errorf("tag %q, version %s: %w", tag, version, errTag)
	}
	if last := Last(others); last != "" && semver.Compare("v"+version, "v"+last) <= 0 {
		return fmt.Errorf("version %s: %w, %s", version, errNotAhead, last)
	}
	return nil
}

// Next says whether version may be developed behind the last release, since
// which the chart has changed or not.
func Next(version, last string, changed bool) error {
	if last == "" {
		return nil
	}
	switch order := semver.Compare("v"+version, "v"+last); {
	case order < 0:
		return fmt.Errorf("version %s: %w, %s", version, errNotAhead, last)
	case order == 0 && changed:
		return fmt.Errorf("version %s: %w", version, errStale)
	}
	return nil
}
