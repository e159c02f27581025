package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
	"github.com/dailyfeed/dailyfeed/tools/internal/release/licence"
)

// moduleLine prints the foreign modules behind packages, with their folders.
const moduleLine = "{{with .Module}}{{if not .Main}}{{with .Replace}}{{else}}{{$.Module.Path}}\t{{$.Module.Version}}\t{{$.Module.Dir}}{{end}}{{end}}{{end}}"

func licencesCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "licences",
		Short: "the modules in the services' binaries are under licences that allow it",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			w, err := open()
			if err != nil {
				return err
			}
			words := []string{"go", "list", "-deps", "-f", moduleLine}
			for _, m := range w.Modules {
				if strings.HasPrefix(m.Folder, "services/") {
					words = append(words, "./"+m.Folder+"/cmd/...")
				}
			}
			answer, err := w.Run(c.Context(), workspace.Command{Words: words})
			if err != nil {
				return fmt.Errorf("list modules: %w", err)
			}
			lines := strings.Fields(strings.ReplaceAll(string(answer), "\t", "|"))
			slices.Sort(lines)
			lines = slices.Compact(lines)
			found := judge(lines, func(line string) { fmt.Fprintln(c.OutOrStdout(), line) })
			fmt.Fprintf(c.OutOrStdout(), "licences: %d modules, %d findings\n", len(lines), found)
			if found > 0 {
				return errFindings
			}
			return nil
		},
	}
}

// judge prints what each module is under, and counts what may not be.
func judge(lines []string, say func(string)) (findings int) {
	for _, line := range lines {
		fields := strings.Split(line, "|")
		if len(fields) != 3 {
			continue // one of ours
		}
		kinds, err := licence.Folder(fields[2])
		bad := err != nil || slices.ContainsFunc(kinds, func(k licence.Kind) bool { return !slices.Contains(licence.Allowed(), k) })
		if bad {
			findings++
			say(fmt.Sprintf("FAIL  %s %s: %v %v", fields[0], fields[1], kinds, err))
			continue
		}
		say(fmt.Sprintf("ok    %s %s: %v", fields[0], fields[1], kinds))
	}
	return findings
}
