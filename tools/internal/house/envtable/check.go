package envtable

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
)

// Check compares the README of every service with its config struct. With fix
// it writes the tables; what it cannot repair (a field without a comment, a
// service without a README) is found all the same. The names of the files that
// it wrote come first.
func Check(w *workspace.Workspace, fix bool) ([]string, []workspace.Finding, error) {
	var written []string
	var findings []workspace.Finding
	for _, m := range w.Modules {
		if !strings.HasPrefix(m.Folder, "services/") {
			continue
		}
		changed, found, err := checkService(w, m.Folder, fix)
		if err != nil {
			return written, findings, err
		}
		if changed != "" {
			written = append(written, changed)
		}
		findings = append(findings, found...)
	}
	return written, findings, nil
}

func checkService(w *workspace.Workspace, service string, fix bool) (string, []workspace.Finding, error) {
	config, readme := path.Join(service, "internal/config"), path.Join(service, "README.md")
	variables, err := Variables(w, config)
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, ErrNoConfig) {
		return "", []workspace.Finding{{Place: config, Fault: "has no struct named " + root}}, nil
	}
	if err != nil {
		return "", nil, err
	}
	findings := uncommented(config, variables)
	name := filepath.Join(w.Root, filepath.FromSlash(readme))
	text, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		return "", append(findings, workspace.Finding{Place: readme, Fault: "is missing"}), nil
	}
	if err != nil {
		return "", nil, fmt.Errorf("read table of settings: %w", err)
	}
	table := Table(variables)
	want, err := Insert(string(text), table)
	if err != nil {
		want = Append(string(text), table)
	}
	if want == string(text) {
		return "", findings, nil
	}
	if !fix {
		return "", append(findings, workspace.Finding{Place: readme, Fault: "the table of settings is not what internal/config says"}), nil
	}
	if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
		return "", nil, fmt.Errorf("write table of settings: %w", err)
	}
	return readme, findings, nil
}

func uncommented(folder string, variables []Variable) []workspace.Finding {
	var findings []workspace.Finding
	for _, v := range variables {
		if v.Meaning == "" {
			findings = append(findings, workspace.Finding{Place: folder, Fault: v.Name + " has no comment that says what it means"})
		}
	}
	return findings
}
