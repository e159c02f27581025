package bundle

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// codeEntry is a row of the contract's table of codes.
type codeEntry struct {
	status int64
	when   string
}

// codeTable is every code that a document may name.
type codeTable map[string]codeEntry

func newCodeTable(sources ...*Object) codeTable {
	table := codeTable{}
	for _, source := range sources {
		rows := source.Child(codesKey)
		for _, code := range rows.Keys() {
			status, _ := rows.Object(code).Value("status").(int64)
			table[code] = codeEntry{status: status, when: rows.Object(code).Text("when")}
		}
	}
	return table
}

// describe is the text of a response: when each of its codes is given.
func (t codeTable) describe(codes []string) string {
	lines := make([]string, len(codes))
	for i, code := range codes {
		lines[i] = "- `" + code + "`: " + t[code].when + "."
	}
	return strings.Join(lines, "\n")
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	return slices.Sorted(maps.Keys(m))
}
