package arrows

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
)

// Check compares the drawing with the packages, as workspace.List gives them.
func Check(w *workspace.Workspace, packages []workspace.Package, drawing Drawing) []workspace.Finding {
	all := uses(w, packages)
	rooms := plan{domains: drawing.Domains}
	var findings []workspace.Finding
	findings = append(findings, rooms.homeless(w, packages)...)
	findings = append(findings, rooms.empty(w, packages)...)
	findings = append(findings, rooms.broken(w, all)...)
	findings = append(findings, testingInProduction(w, packages)...)
	needed := rooms.neededEdges(w, all)
	findings = append(findings, undrawn(needed, drawing.Edges)...)
	findings = append(findings, idle(needed, drawing.Edges)...)
	findings = append(findings, circles(needed)...)
	workspace.SortFindings(findings)
	return findings
}

// homeless are packages of services that stand in no room.
func (p plan) homeless(w *workspace.Workspace, packages []workspace.Package) []workspace.Finding {
	var findings []workspace.Finding
	for _, one := range packages {
		folder := w.Short(one.ImportPath)
		module := w.FolderOf(folder)
		if isService(module) && p.roomOf(module, folder).layer == noLayer {
			findings = append(findings, workspace.Finding{Place: folder, Fault: "is in no room of a service: cmd/ or internal/<name>/"})
		}
	}
	return findings
}

// empty are declared domains without a package.
func (p plan) empty(w *workspace.Workspace, packages []workspace.Package) []workspace.Finding {
	var findings []workspace.Finding
	for _, d := range p.domains {
		if !slices.ContainsFunc(packages, func(one workspace.Package) bool { return within(w.Short(one.ImportPath), d.Folder) }) {
			findings = append(findings, workspace.Finding{
				Place: fmt.Sprintf("%s:%d", File, d.Line), Fault: "there is no package " + d.Folder,
			})
		}
	}
	return findings
}

// broken are imports that no drawing can allow.
func (p plan) broken(w *workspace.Workspace, all []use) []workspace.Finding {
	var findings []workspace.Finding
	for _, u := range all {
		if rule := p.brokenRule(w.FolderOf(u.from), w.FolderOf(u.to), u); rule != "" {
			findings = append(findings, workspace.Finding{Place: u.from, Fault: "imports " + u.to + ": " + rule})
		}
	}
	return findings
}

func (p plan) brokenRule(from, to string, u use) string {
	switch {
	case isService(to) && from != to && isService(from):
		return "services never import each other"
	case isLibrary(from) && !isLibrary(to):
		return "what services share knows neither services nor tools"
	case !u.test && isTestCode(u.to) && from != tools:
		return "code for tests is never in a binary"
	case !u.test && isService(from) && p.roomOf(from, u.from).layer == domainLayer && from != to && to != apierr:
		return "the domain knows the standard library and " + apierr + " only"
	default:
		return ""
	}
}

func isService(module string) bool { return strings.HasPrefix(module, "services/") }

func isLibrary(module string) bool {
	return strings.HasPrefix(module, "support/") || module == contracts
}

// testingInProduction are packages that would carry test machinery into a
// binary.
func testingInProduction(w *workspace.Workspace, packages []workspace.Package) []workspace.Finding {
	var findings []workspace.Finding
	for _, p := range packages {
		folder := w.Short(p.ImportPath)
		if slices.Contains(p.Imports, "testing") && !isTestCode(folder) {
			findings = append(findings, workspace.Finding{
				Place: folder, Fault: "imports testing outside of tests: packages for tests are named …test",
			})
		}
	}
	return findings
}

// neededEdges are the edges that must be drawn, with an importer as example:
// all between modules, and within a service those against its layers. A test
// needs no edge where the code itself has one.
func (p plan) neededEdges(w *workspace.Workspace, all []use) map[Edge]string {
	needed := map[Edge]string{}
	for _, u := range all {
		e, ok := p.edgeOf(w, u)
		if !ok {
			continue
		}
		if _, known := needed[e]; !known {
			needed[e] = u.from
		}
	}
	maps.DeleteFunc(needed, func(e Edge, _ string) bool {
		_, inCode := needed[Edge{From: e.From, To: e.To}]
		return e.Test && inCode
	})
	return needed
}

// edgeOf is the edge that an import needs to be drawn; false when it needs none.
func (p plan) edgeOf(w *workspace.Workspace, u use) (Edge, bool) {
	from, to := w.FolderOf(u.from), w.FolderOf(u.to)
	if from != to {
		return Edge{From: from, To: to, Test: u.test}, true
	}
	if !isService(from) || p.roomOf(from, u.from).mayUse(p.roomOf(from, u.to)) {
		return Edge{}, false
	}
	if u.test && isTestCode(u.to) {
		return Edge{}, false // tables and fixtures that the tests of several rooms need
	}
	return Edge{From: u.from, To: u.to, Test: u.test}, true
}

func undrawn(needed map[Edge]string, drawn []Drawn) []workspace.Finding {
	var findings []workspace.Finding
	for e, importer := range needed {
		if slices.ContainsFunc(drawn, func(d Drawn) bool { return d.Edge == e }) {
			continue
		}
		findings = append(findings, workspace.Finding{
			Place: importer, Fault: fmt.Sprintf("needs an edge that %s does not draw: %s  # why?", File, e),
		})
	}
	return findings
}

func idle(needed map[Edge]string, drawn []Drawn) []workspace.Finding {
	var findings []workspace.Finding
	for _, d := range drawn {
		if _, ok := needed[d.Edge]; !ok {
			findings = append(findings, workspace.Finding{
				Place: fmt.Sprintf("%s:%d", File, d.Line), Fault: "nobody uses " + d.String(),
			})
		}
	}
	return findings
}

// circles are modules that reach themselves: the compiler forbids that for
// packages only.
func circles(needed map[Edge]string) []workspace.Finding {
	next := map[string][]string{}
	for e := range needed {
		if !e.Test {
			next[e.From] = append(next[e.From], e.To)
		}
	}
	var findings []workspace.Finding
	for _, start := range slices.Sorted(maps.Keys(next)) {
		if reaches(next, start, start, map[string]bool{}) {
			findings = append(findings, workspace.Finding{Place: start, Fault: "imports itself by way of other modules"})
		}
	}
	return findings
}

func reaches(next map[string][]string, from, goal string, seen map[string]bool) bool {
	for _, to := range next[from] {
		if to == goal {
			return true
		}
		if !seen[to] {
			seen[to] = true
			if reaches(next, to, goal, seen) {
				return true
			}
		}
	}
	return false
}
