package openapi_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/internal/bundle"
)

// eachDocument runs test on the finished document of every service.
func eachDocument(t *testing.T, test func(t *testing.T, service string, document *bundle.Object)) {
	t.Helper()
	for _, service := range bundle.Services() {
		t.Run(service, func(t *testing.T) {
			t.Parallel()
			document, err := bundle.Load(os.DirFS("."), service)
			require.NoError(t, err)
			test(t, service, document)
		})
	}
}

func publish(t *testing.T, document *bundle.Object) []byte {
	t.Helper()
	published, err := bundle.Publish(document).JSON()
	require.NoError(t, err)
	return published
}

func TestCommittedDocumentsAreMadeFromTheseSources(t *testing.T) {
	t.Parallel()
	eachDocument(t, func(t *testing.T, service string, document *bundle.Object) {
		committed, err := os.ReadFile(filepath.Join("..", "rest", service+"rest", "openapi.json"))
		require.NoError(t, err)
		require.True(t, bytes.Equal(committed, publish(t, document)), "stale; in proto-contracts run: go run ./cmd/contractgen generate")
	})
}

func TestDocumentsAreOpenAPI31(t *testing.T) {
	t.Parallel()
	eachDocument(t, func(t *testing.T, _ string, document *bundle.Object) {
		loaded, err := openapi3.NewLoader().LoadFromData(publish(t, document))
		require.NoError(t, err)
		require.NoError(t, loaded.Validate(t.Context()))
	})
}

func TestDocumentsHaveNoExtensionOfOurs(t *testing.T) {
	t.Parallel()
	eachDocument(t, func(t *testing.T, _ string, document *bundle.Object) {
		require.NotContains(t, string(publish(t, document)), `"x-`)
	})
}

func TestEverySchemaCompiles(t *testing.T) {
	t.Parallel()
	eachDocument(t, func(t *testing.T, _ string, document *bundle.Object) {
		compiler := newCompiler(t, document)
		for _, name := range schemaNames(document) {
			_, err := compiler.Compile("contract.json#/components/schemas/" + name)
			require.NoError(t, err, name)
		}
	})
}

func TestEveryExampleFitsItsSchema(t *testing.T) {
	t.Parallel()
	eachDocument(t, func(t *testing.T, _ string, document *bundle.Object) {
		compiler := newCompiler(t, document)
		for _, name := range schemaNames(document) {
			schema := document.Object("components").Object("schemas").Object(name)
			if !schema.Has("example") {
				continue
			}
			compiled, err := compiler.Compile("contract.json#/components/schemas/" + name)
			require.NoError(t, err, name)
			require.NoError(t, compiled.Validate(decode(t, schema.Value("example"))), name)
		}
	})
}

func newCompiler(t *testing.T, document *bundle.Object) *jsonschema.Compiler {
	t.Helper()
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	require.NoError(t, compiler.AddResource("contract.json", decode(t, document)))
	return compiler
}

// decode turns a value of a document into what the validator reads.
func decode(t *testing.T, value any) any {
	t.Helper()
	written, err := json.Marshal(value)
	require.NoError(t, err)
	decoded, err := jsonschema.UnmarshalJSON(bytes.NewReader(written))
	require.NoError(t, err)
	return decoded
}

func schemaNames(document *bundle.Object) []string {
	return document.Object("components").Object("schemas").Keys()
}
