package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
	"github.com/dailyfeed/dailyfeed/tools/internal/release/image"
	"github.com/dailyfeed/dailyfeed/tools/internal/release/scan"
	"github.com/dailyfeed/dailyfeed/tools/internal/release/tag"
)

// auditor judges what is found and prints it.
type auditor struct {
	database   string
	exceptions []scan.Exception
	out        io.Writer
	bad        int
}

func newAuditor(database string, out io.Writer) (*auditor, error) {
	exceptions, err := scan.Accepted()
	if err != nil {
		return nil, err
	}
	return &auditor{database: database, exceptions: exceptions, out: out}, nil
}

func (a *auditor) tell(subject string, found []scan.Weakness) {
	open, accepted := scan.Judge(found, a.exceptions, time.Now())
	a.bad += len(open)
	for _, w := range open {
		fmt.Fprintf(a.out, "FAIL  %s: %s\n", subject, w)
	}
	for _, w := range accepted {
		fmt.Fprintf(a.out, "known %s: %s\n", subject, w)
	}
	if len(open) == 0 {
		fmt.Fprintf(a.out, "ok    %s\n", subject)
	}
}

func (a *auditor) verdict(what string) error {
	fmt.Fprintf(a.out, "%s: %d findings\n", what, a.bad)
	if a.bad > 0 {
		fmt.Fprintln(a.out, "next: take a version without it, or accept it with a date and a reason in tools/internal/release/scan/accepted.txt")
		return errFindings
	}
	return nil
}

const databaseHelp = "URL of the vulnerability database (default: the public one, https://vuln.go.dev)"

func vulnerabilitiesCommand() *cobra.Command {
	var database string
	command := &cobra.Command{
		Use:   "vulnerabilities",
		Short: "no module calls code that is known to be vulnerable (govulncheck; asks the Go vulnerability database)",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			w, err := open()
			if err != nil {
				return err
			}
			a, err := newAuditor(database, c.OutOrStdout())
			if err != nil {
				return err
			}
			for _, m := range w.Modules {
				found, err := scan.Source(c.Context(), w.Dir(m), a.database)
				if err != nil {
					return err
				}
				a.tell(m.Folder, found)
			}
			return a.verdict("vulnerabilities")
		},
	}
	command.Flags().StringVar(&database, "database", "", databaseHelp)
	return command
}

func scanCommand() *cobra.Command {
	var service, name, folder, database string
	command := &cobra.Command{
		Use:   "scan",
		Short: "nothing in the archives of a tag is known to be vulnerable, and no certificate in them has ended",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			w, err := open()
			if err != nil {
				return err
			}
			if err := tag.Check(name); err != nil {
				return err
			}
			services := []string{service}
			if service == "" {
				services = servicesOf(w)
			}
			a, err := newAuditor(database, c.OutOrStdout())
			if err != nil {
				return err
			}
			for _, one := range services {
				if err := a.archive(c.Context(), filepath.Join(folder, one+"-"+name+".tar"), one); err != nil {
					return err
				}
			}
			return a.verdict("scan")
		},
	}
	command.Flags().StringVar(&service, "service", "", "folder below services/; all without")
	command.Flags().StringVar(&name, "tag", "", "the images' tag")
	command.Flags().StringVar(&folder, "out", "dist", "folder of the archives")
	command.Flags().StringVar(&database, "database", "", databaseHelp)
	return command
}

// servicesOf are the names of all services.
func servicesOf(w *workspace.Workspace) (names []string) {
	for _, m := range w.Modules {
		if name, ok := strings.CutPrefix(m.Folder, "services/"); ok {
			names = append(names, name)
		}
	}
	return names
}

// archive looks at what each architecture's image of an archive holds.
func (a *auditor) archive(ctx context.Context, file, service string) (err error) {
	folder, err := os.MkdirTemp("", "dailyfeed-scan-")
	if err != nil {
		return fmt.Errorf("scan: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	layout := filepath.Join(folder, "layout")
	if err := os.Mkdir(layout, 0o755); err != nil {
		return fmt.Errorf("scan: %w", err)
	}
	index, err := image.Load(file, layout)
	if err != nil {
		return err
	}
	for _, arch := range image.Architectures() {
		root := filepath.Join(folder, arch)
		if err := image.Unpack(index, arch, root); err != nil {
			return err
		}
		found, err := scan.Program(ctx, filepath.Join(root, service), a.database)
		if err != nil {
			return err
		}
		subject := service + " " + arch
		a.tell(subject, found)
		if err := a.certificates(subject, filepath.Join(root, filepath.FromSlash(image.CertificateFile))); err != nil {
			return err
		}
	}
	return nil
}

func (a *auditor) certificates(subject, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("scan: %w", err)
	}
	ended, err := scan.Expired(text, time.Now())
	for _, name := range ended {
		a.bad++
		fmt.Fprintf(a.out, "FAIL  %s: the certificate of %s has ended\n", subject, name)
	}
	return err
}
