package contracttest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// node is an object of the document and where it is, as a JSON pointer. Asking
// for a child follows $ref.
type node struct {
	root    map[string]any
	value   map[string]any
	pointer string
}

// child is the object at key; the zero node where there is none.
func (n node) child(key string) node {
	value, ok := n.value[key].(map[string]any)
	if !ok {
		return node{}
	}
	return node{root: n.root, value: value, pointer: n.pointer + "/" + escape(key)}.resolved()
}

func (n node) resolved() node {
	ref, isRef := n.value["$ref"].(string)
	if !isRef {
		return n
	}
	current := node{root: n.root, value: n.root}
	for step := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
		current = current.child(unescape(step))
	}
	return current
}

// items are the objects of the array at key.
func (n node) items(key string) []node {
	list, _ := n.value[key].([]any)
	var found []node
	for i, item := range list {
		if value, ok := item.(map[string]any); ok {
			pointer := fmt.Sprintf("%s/%s/%d", n.pointer, escape(key), i)
			found = append(found, node{root: n.root, value: value, pointer: pointer}.resolved())
		}
	}
	return found
}

func (n node) exists() bool { return n.value != nil }

func (n node) has(key string) bool {
	_, found := n.value[key]
	return found
}

func (n node) text(key string) string {
	text, _ := n.value[key].(string)
	return text
}

func (n node) flag(key string) bool {
	flag, _ := n.value[key].(bool)
	return flag
}

// keys are sorted, so that faults come in a stable order.
func (n node) keys() []string { return slices.Sorted(maps.Keys(n.value)) }

var (
	escaper   = strings.NewReplacer("~", "~0", "/", "~1")
	unescaper = strings.NewReplacer("~1", "/", "~0", "~")
)

func escape(key string) string   { return escaper.Replace(key) }
func unescape(key string) string { return unescaper.Replace(key) }
