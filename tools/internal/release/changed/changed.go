// Package changed tells which services a change concerns: those whose binaries
// are linked from a package that changed, and no others.
package changed

import (
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
)

// ErrNoServices is returned where the packages hold no service: an empty answer
// would read as "nothing to build".
var ErrNoServices = errors.New("no services in the workspace")

const services = "services/"

// Graph is what each service's binary is linked from.
type Graph struct {
	w *workspace.Workspace
	// packages are all package folders of the workspace.
	packages map[string]bool
	// linked are the folders of our packages in a service's binary, and the
	// modules of these.
	linked, modules map[string]map[string]bool
}

// NewGraph reads the answer of `go list` over all modules. A service is a folder
// of services/ with a program of the same name.
func NewGraph(w *workspace.Workspace, packages []workspace.Package) (*Graph, error) {
	g := &Graph{w: w, packages: map[string]bool{}, linked: map[string]map[string]bool{}, modules: map[string]map[string]bool{}}
	for _, p := range packages {
		folder := w.Short(p.ImportPath)
		g.packages[folder] = true
		service := strings.TrimPrefix(path.Dir(path.Dir(folder)), services)
		if p.Name == "main" && folder == services+service+"/cmd/"+service {
			g.add(service, append([]string{p.ImportPath}, p.Deps...))
		}
	}
	if len(g.linked) == 0 {
		return nil, ErrNoServices
	}
	return g, nil
}

func (g *Graph) add(service string, imports []string) {
	g.linked[service], g.modules[service] = map[string]bool{}, map[string]bool{}
	for _, path := range imports {
		if m := g.w.Owner(path); m != nil {
			g.linked[service][g.w.Short(path)] = true
			g.modules[service][m.Folder] = true
		}
	}
}

// Services are all of them, sorted.
func (g *Graph) Services() []string {
	var names []string
	for name := range g.linked {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Concerned are the services whose binaries may differ after a change of these
// files, named relative to the root with slashes; sorted. Files that are gone
// count as those that are there.
func (g *Graph) Concerned(files []string) []string {
	concerned := []string{}
	for _, service := range g.Services() {
		if slices.ContainsFunc(files, func(file string) bool { return g.concerns(service, file) }) {
			concerned = append(concerned, service)
		}
	}
	return concerned
}

func (g *Graph) concerns(service, file string) bool {
	switch {
	case file == workspace.File: // it pins the toolchain
		return true
	case strings.HasSuffix(file, "_test.go"), strings.HasSuffix(file, ".md"), strings.Contains("/"+file, "/testdata/"):
		return false
	case path.Base(file) == "go.mod", path.Base(file) == "go.sum":
		return g.modules[service][path.Dir(file)]
	default: // code, or what code embeds from below itself
		return g.linked[service][g.packageOf(file)]
	}
}

// packageOf is the folder of the nearest package at or above a file within its
// module, "" where there is none.
func (g *Graph) packageOf(file string) string {
	module := g.w.FolderOf(file)
	if module == "" {
		return ""
	}
	for folder := path.Dir(file); len(folder) >= len(module); folder = path.Dir(folder) {
		if g.packages[folder] {
			return folder
		}
	}
	return ""
}
