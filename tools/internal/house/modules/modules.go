// Package modules keeps the go.mod files of the workspace alike: one language
// and toolchain version, one way to reach the neighbours, one version of each
// dependency. With that, a test in the workspace runs the same code as a binary
// that is built from its module alone.
package modules

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
)

// localVersion is what a go.mod requires of a neighbour: the replace line
// decides, not the number.
const localVersion = "v0.0.0"

// Check tells where go.mod files differ from go.work or from each other. It
// reads nothing but those files.
func Check(w *workspace.Workspace) []workspace.Finding {
	var findings []workspace.Finding
	newest := newestVersions(w)
	for _, m := range w.Modules {
		for _, fault := range faultsOf(w, m, newest) {
			findings = append(findings, workspace.Finding{Place: m.ModName(), Fault: fault})
		}
	}
	workspace.SortFindings(findings)
	return findings
}

func faultsOf(w *workspace.Workspace, m *workspace.Module, newest map[string]string) []string {
	var faults []string
	if got := goLine(m.File); got != w.Go {
		faults = append(faults, fmt.Sprintf("go line is %q, go.work says %q", got, w.Go))
	}
	if got := toolchainLine(m.File); got != w.Toolchain {
		faults = append(faults, fmt.Sprintf("toolchain line is %q, go.work says %q", got, w.Toolchain))
	}
	faults = append(faults, replaceFaults(w, m)...)
	for _, r := range m.File.Require {
		want := wantedVersion(w, r.Mod, newest)
		if r.Mod.Version != want {
			faults = append(faults, fmt.Sprintf("requires %s, elsewhere it is %s", r.Mod, want))
		}
	}
	return faults
}

func replaceFaults(w *workspace.Workspace, m *workspace.Module) []string {
	var faults []string
	got, want := localReplaces(w, m), wantedReplaces(w, m)
	for modulePath, folder := range want {
		switch got[modulePath] {
		case folder:
		case "":
			faults = append(faults, "lacks replace "+modulePath+" => "+folder)
		default:
			faults = append(faults, "replaces "+modulePath+" by "+got[modulePath]+", not by "+folder)
		}
	}
	for modulePath, folder := range got {
		if want[modulePath] == "" {
			faults = append(faults, "has an idle replace "+modulePath+" => "+folder)
		}
	}
	return faults
}

// shared tells whether any module may need m: those get a replace line
// everywhere, so that a new import needs no other edit.
func shared(m *workspace.Module) bool {
	return strings.HasPrefix(m.Folder, "support/") || m.Folder == "proto-contracts"
}

// wantedReplaces are the neighbours that m should know, as relative folders.
func wantedReplaces(w *workspace.Workspace, m *workspace.Module) map[string]string {
	wanted := map[string]string{}
	for _, other := range w.Modules {
		if other != m && (shared(other) || requires(m, other.Path)) {
			wanted[other.Path] = relative(m, other)
		}
	}
	return wanted
}

// localReplaces are the replace lines of m that point into the file system.
func localReplaces(w *workspace.Workspace, m *workspace.Module) map[string]string {
	found := map[string]string{}
	for _, r := range m.File.Replace {
		if w.ByPath(r.Old.Path) != nil || modfile.IsDirectoryPath(r.New.Path) {
			found[r.Old.Path] = r.New.Path
		}
	}
	return found
}

func requires(m *workspace.Module, modulePath string) bool {
	return slices.ContainsFunc(m.File.Require, func(r *modfile.Require) bool { return r.Mod.Path == modulePath })
}

// relative goes up to the root and down again, also between siblings: so the
// block is the same text in all modules of one depth.
func relative(from, to *workspace.Module) string {
	up := strings.Repeat("../", strings.Count(from.Folder, "/")+1)
	return up + to.Folder
}

// newestVersions are the highest versions that any module requires, of foreign
// modules, direct or not.
func newestVersions(w *workspace.Workspace) map[string]string {
	newest := map[string]string{}
	for _, m := range w.Modules {
		for _, r := range m.File.Require {
			if semver.Compare(r.Mod.Version, newest[r.Mod.Path]) > 0 {
				newest[r.Mod.Path] = r.Mod.Version
			}
		}
	}
	return newest
}

func wantedVersion(w *workspace.Workspace, required module.Version, newest map[string]string) string {
	if w.ByPath(required.Path) != nil {
		return localVersion
	}
	return newest[required.Path]
}

func goLine(f *modfile.File) string {
	if f.Go == nil {
		return ""
	}
	return f.Go.Version
}

func toolchainLine(f *modfile.File) string {
	if f.Toolchain == nil {
		return ""
	}
	return f.Toolchain.Name
}
