package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/spf13/cobra"

	"github.com/dailyfeed/dailyfeed/tools/internal/release/image"
	"github.com/dailyfeed/dailyfeed/tools/internal/release/push"
	"github.com/dailyfeed/dailyfeed/tools/internal/release/tag"
)

// pushCommand prints lines of GITHUB_OUTPUT; they are what a signature is made of.
func pushCommand() *cobra.Command {
	var service, name, owner, folder string
	var latest bool
	command := &cobra.Command{
		Use:   "push",
		Short: "push an archive that image made, with docker's credentials: prints name=… and digest=…",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := tag.Check(name); err != nil {
				return err
			}
			s := image.Stamp{Service: service, Tag: name}
			// registries take lower case only; owners may have others
			to := push.Target{Repository: strings.ToLower(owner) + "/" + s.Name(), Tag: name, Latest: latest}
			return pushArchive(c.Context(), filepath.Join(folder, service+"-"+name+".tar"), to, c.OutOrStdout())
		},
	}
	command.Flags().StringVar(&service, "service", "", "folder below services/")
	command.Flags().StringVar(&name, "tag", "", "the image's tag")
	command.Flags().StringVar(&owner, "owner", "ghcr.io/dailyfeed", "registry and owner")
	command.Flags().StringVar(&folder, "out", "dist", "folder of the archive")
	command.Flags().BoolVar(&latest, "latest", false, "move the tag latest as well")
	return command
}

func pushArchive(ctx context.Context, file string, to push.Target, out io.Writer) (err error) {
	folder, err := os.MkdirTemp("", "dailyfeed-push-")
	if err != nil {
		return fmt.Errorf("push: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	index, err := image.Load(file, folder)
	if err != nil {
		return err
	}
	digest, err := push.Push(ctx, index, to, authn.DefaultKeychain)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "name=%s\ndigest=%s\n", to.Repository, digest)
	return nil
}
