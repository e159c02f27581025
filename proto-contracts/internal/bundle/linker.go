package bundle

import (
	"fmt"
	"slices"
	"strings"
)

// linker makes one document out of a service's source and the shared parts.
type linker struct {
	shared, document *Object
	copied           map[string]bool // pointers of the components that came from shared
}

func newLinker(shared, document *Object) *linker {
	return &linker{shared: shared, document: document, copied: map[string]bool{}}
}

func (l *linker) link() error {
	if err := l.copyPathItems(); err != nil {
		return err
	}
	if err := l.replaceComponentPointers(); err != nil {
		return err
	}
	return l.copyComponents(l.document)
}

// aliasTag marks the operations of a second path to the same thing.
const aliasTag = "alias"

// copyPathItems puts a path item in the place of each pointer to one. A pointer
// inside the document is an alias: its operations are the same under another
// path, and get ids of their own since ids are unique.
func (l *linker) copyPathItems() error {
	paths := l.document.Child("paths")
	for _, path := range paths.Keys() {
		pointer := paths.Object(path).Text("$ref")
		if pointer == "" {
			continue
		}
		inside := strings.HasPrefix(pointer, "#/")
		root := l.shared
		if inside {
			root = l.document
		}
		item, err := find(root, strings.TrimPrefix(pointer, sharedFile))
		if err != nil {
			return fmt.Errorf("path %s: %w", path, err)
		}
		item = item.Clone()
		if inside {
			l.describeAliases()
			markAlias(item)
		} else {
			pointToShared(item)
		}
		paths.Set(path, item)
	}
	return nil
}

// describeAliases adds the tag of aliases to the document, once.
func (l *linker) describeAliases() {
	for _, tag := range l.document.Objects("tags") {
		if tag.Text("name") == aliasTag {
			return
		}
	}
	l.document.Append("tags", NewObject().With("name", aliasTag).With("description", "Second paths to the same things."))
}

func markAlias(item *Object) {
	for _, method := range item.Keys() {
		operation := item.Object(method)
		if operation == nil || !operation.Has("operationId") {
			continue
		}
		operation.Set("operationId", operation.Text("operationId")+"ByAlias")
		operation.Append("tags", aliasTag)
	}
}

// pointToShared turns pointers of the shared file into itself into pointers to
// that file.
func pointToShared(value any) {
	walk(value, func(o *Object) {
		if ref := o.Text("$ref"); strings.HasPrefix(ref, "#/") {
			o.Set("$ref", sharedFile+ref)
		}
	})
}

// replaceComponentPointers puts the shared component in the place of a
// component that is only a pointer to it (security schemes are named so).
func (l *linker) replaceComponentPointers() error {
	components := l.document.Child("components")
	for _, kind := range components.Keys() {
		for _, name := range components.Object(kind).Keys() {
			ref := components.Object(kind).Object(name).Text("$ref")
			if !strings.HasPrefix(ref, sharedFile) {
				continue
			}
			found, err := find(l.shared, strings.TrimPrefix(ref, sharedFile))
			if err != nil {
				return err
			}
			found = found.Clone()
			pointToShared(found)
			components.Object(kind).Set(name, found)
			l.copied["#/components/"+kind+"/"+name] = true
		}
	}
	return nil
}

// copyComponents copies every shared component that value points to, and what
// those point to, and makes the pointers local.
func (l *linker) copyComponents(value any) error {
	var fault error
	walk(value, func(o *Object) {
		ref := o.Text("$ref")
		if fault != nil || ref == "" {
			return
		}
		if local, shared := strings.CutPrefix(ref, sharedFile); shared {
			o.Set("$ref", local)
			fault = l.copyComponent(local)
			return
		}
		_, fault = find(l.document, ref)
	})
	return fault
}

func (l *linker) copyComponent(pointer string) error {
	steps := strings.Split(pointer, "/")
	if len(steps) != 4 || !slices.Equal(steps[:2], []string{"#", "components"}) {
		return fmt.Errorf("%s%s is not a component", sharedFile, pointer)
	}
	if l.copied[pointer] {
		return nil
	}
	kind := l.document.Child("components").Child(steps[2])
	if kind.Has(steps[3]) {
		return fmt.Errorf("%s is in %s and in the document", pointer, sharedFile)
	}
	l.copied[pointer] = true
	found, err := find(l.shared, pointer)
	if err != nil {
		return err
	}
	found = found.Clone()
	pointToShared(found)
	kind.Set(steps[3], found)
	return l.copyComponents(found)
}
