package image

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/dailyfeed/dailyfeed/tools/internal/house/workspace"
	"github.com/dailyfeed/dailyfeed/tools/internal/release/bill"
	"github.com/dailyfeed/dailyfeed/tools/internal/release/source"
)

// Built is a finished image, in memory.
type Built struct {
	Stamp Stamp
	Index v1.ImageIndex
	// Bill lists the modules that are in the binaries.
	Bill []byte
}

// Build exports the commit of a stamp from w, compiles its service for every
// architecture and assembles the images. cache is as for Compile.
func Build(ctx context.Context, w *workspace.Workspace, s Stamp, cache string) (built Built, err error) {
	folder, err := os.MkdirTemp("", "dailyfeed-image-")
	if err != nil {
		return Built{}, fmt.Errorf("build image: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	if err := source.Export(ctx, w, s.Commit, folder); err != nil {
		return Built{}, err
	}
	tree, err := workspace.Open(folder)
	if err != nil {
		return Built{}, fmt.Errorf("build image: %w", err)
	}
	images, contents := map[string]v1.Image{}, []bill.Content{}
	for _, arch := range Architectures() {
		program := filepath.Join(folder, ".binary-"+arch)
		if err := Compile(ctx, tree, s, arch, cache, program); err != nil {
			return Built{}, err
		}
		content, err := bill.Read(program)
		if err != nil {
			return Built{}, err
		}
		contents = append(contents, content)
		binary, err := os.ReadFile(program)
		if err != nil {
			return Built{}, fmt.Errorf("build image: %w", err)
		}
		if images[arch], err = Assemble(s, arch, binary); err != nil {
			return Built{}, err
		}
	}
	index, err := Index(s, images)
	if err != nil {
		return Built{}, err
	}
	digest, err := index.Digest()
	if err != nil {
		return Built{}, fmt.Errorf("build image: %w", err)
	}
	text, err := bill.Write(bill.Subject{Name: s.Name(), Version: s.Tag, Digest: digest.String(), Source: Repository, Commit: s.Commit.ID, At: s.Commit.At}, contents)
	if err != nil {
		return Built{}, err
	}
	return Built{Stamp: s, Index: index, Bill: text}, nil
}
