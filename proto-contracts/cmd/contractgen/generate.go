package main

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"text/template"

	"github.com/dailyfeed/dailyfeed/proto-contracts/internal/bundle"
)

// generator is the tool that turns a document into Go, with its version.
const generator = "github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2"

//go:embed templates
var templates embed.FS

// workshop is a temporary folder with the generator in it.
type workshop struct {
	dir string
}

func generate(ctx context.Context) ([]file, error) {
	dir, err := os.MkdirTemp("", "contractgen-")
	if err != nil {
		return nil, fmt.Errorf("make workshop: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	shop := workshop{dir: dir}
	if err := shop.equip(ctx); err != nil {
		return nil, err
	}
	var files []file
	for _, service := range bundle.Services() {
		made, err := shop.service(ctx, service)
		if err != nil {
			return nil, fmt.Errorf("generate %s: %w", service, err)
		}
		files = append(files, made...)
	}
	return files, nil
}

// equip builds the generator and lays out the templates.
func (w workshop) equip(ctx context.Context) error {
	install := exec.CommandContext(ctx, "go", "install", generator)
	install.Env = append(os.Environ(), "GOBIN="+w.dir)
	if out, err := install.CombinedOutput(); err != nil {
		return fmt.Errorf("install %s: %w\n%s", generator, err, out)
	}
	if err := os.CopyFS(w.dir, templates); err != nil {
		return fmt.Errorf("lay out templates: %w", err)
	}
	return nil
}

// service makes the files of one service's package.
func (w workshop) service(ctx context.Context, service string) ([]file, error) {
	document, err := bundle.Load(os.DirFS("openapi"), service)
	if err != nil {
		return nil, err
	}
	published, err := bundle.Publish(document).JSON()
	if err != nil {
		return nil, err
	}
	view, err := bundle.ForGo(document).JSON()
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(w.path("view.json"), view, 0o600); err != nil {
		return nil, err
	}
	name := service + "rest"
	folder := filepath.Join("rest", name)
	types, err := w.oapi(ctx, typesConfig, name)
	if err != nil {
		return nil, err
	}
	client, err := w.oapi(ctx, clientConfig, name)
	if err != nil {
		return nil, err
	}
	contract, err := render("contract.tmpl", map[string]string{"Package": name, "Service": service})
	if err != nil {
		return nil, err
	}
	return []file{
		{filepath.Join(folder, "openapi.json"), published},
		{filepath.Join(folder, "contract.gen.go"), contract},
		{filepath.Join(folder, "types.gen.go"), types},
		{filepath.Join(folder, "client.gen.go"), client},
	}, nil
}

// The settings of the generator; its names are documented with its
// Configuration type.
const (
	typesConfig = `package: %[1]s
generate: {models: true}
output-options:
  name-normalizer: ToCamelCaseWithInitialisms
  additional-initialisms: [JWKS]
  prefer-skip-optional-pointer-on-container-types: true
  skip-enum-validate: true
  skip-prune: true
  user-templates:
    imports.tmpl: %[2]s/imports.tmpl
    request-bodies.tmpl: %[2]s/nothing.tmpl
compatibility:
  always-prefix-enum-values: true
`
	clientConfig = `package: %[1]s
generate: {client: true}
output-options:
  name-normalizer: ToCamelCaseWithInitialisms
  additional-initialisms: [JWKS]
  prefer-skip-optional-pointer-on-container-types: true
  user-templates:
    imports.tmpl: %[2]s/imports.tmpl
    client.tmpl: %[2]s/client.tmpl
    client-with-responses.tmpl: %[2]s/nothing.tmpl
`
)

func (w workshop) oapi(ctx context.Context, config, name string) ([]byte, error) {
	settings := fmt.Sprintf(config, name, w.path("templates"))
	if err := os.WriteFile(w.path("config.yaml"), []byte(settings), 0o600); err != nil {
		return nil, err
	}
	command := exec.CommandContext(ctx, w.path("oapi-codegen"), "-config", w.path("config.yaml"), w.path("view.json"))
	var out, complaints bytes.Buffer
	command.Stdout, command.Stderr = &out, &complaints
	if err := command.Run(); err != nil {
		return nil, fmt.Errorf("oapi-codegen: %w\n%s", err, complaints.Bytes())
	}
	return out.Bytes(), nil
}

func (w workshop) path(name string) string { return filepath.Join(w.dir, name) }

func render(name string, values map[string]string) ([]byte, error) {
	source, err := fs.ReadFile(templates, "templates/"+name)
	if err != nil {
		return nil, err
	}
	parsed, err := template.New(name).Parse(string(source))
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = parsed.Execute(&out, values)
	return out.Bytes(), err
}
