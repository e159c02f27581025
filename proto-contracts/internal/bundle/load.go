package bundle

import (
	"fmt"
	"io/fs"
	"strings"
)

// sharedFile holds what the service documents point to.
const sharedFile = "shared.yaml"

// Services are the names of the services that have a document.
func Services() []string {
	return []string{"member", "content", "timeline", "search", "image", "activity"}
}

// Load reads <service>.yaml and shared.yaml from sources and returns the
// finished document. It fails on a pointer to nothing, on a code that no table
// has, and on a path item that is not where it points.
func Load(sources fs.FS, service string) (*Object, error) {
	shared, err := read(sources, sharedFile)
	if err != nil {
		return nil, err
	}
	document, err := read(sources, service+".yaml")
	if err != nil {
		return nil, err
	}
	if err := newLinker(shared, document).link(); err != nil {
		return nil, fmt.Errorf("bundle %s: %w", service, err)
	}
	if err := newConventions(shared, document).apply(); err != nil {
		return nil, fmt.Errorf("bundle %s: %w", service, err)
	}
	return document, nil
}

func read(sources fs.FS, name string) (*Object, error) {
	source, err := fs.ReadFile(sources, name)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	object, err := parseYAML(source)
	if err != nil {
		return nil, fmt.Errorf("parse %s: %w", name, err)
	}
	return object, nil
}

// find follows a JSON pointer (#/a/b) in root.
func find(root *Object, pointer string) (*Object, error) {
	current := root
	for step := range strings.SplitSeq(strings.TrimPrefix(pointer, "#/"), "/") {
		step = strings.ReplaceAll(strings.ReplaceAll(step, "~1", "/"), "~0", "~")
		current = current.Object(step)
		if current == nil {
			return nil, fmt.Errorf("nothing at %s", pointer)
		}
	}
	return current, nil
}
