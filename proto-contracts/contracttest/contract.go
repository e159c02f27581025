package contracttest

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// resource is the name that the schemas of a document are compiled under.
const resource = "contract.json"

// Contract is a document to hold a service to. It is safe for parallel use.
type Contract struct {
	routes   []route
	root     node
	coverage *coverage

	mu       sync.Mutex
	compiler *jsonschema.Compiler
	schemas  map[string]*jsonschema.Schema // by pointer
}

// Parse reads a self-contained OpenAPI 3.1 document.
func Parse(document []byte) (*Contract, error) {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		return nil, fmt.Errorf("parse contract: %w", err)
	}
	root, ok := value.(map[string]any)
	if !ok || !strings.HasPrefix(fmt.Sprint(root["openapi"]), "3.1.") {
		return nil, errors.New("parse contract: not an OpenAPI 3.1 document")
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	if err := compiler.AddResource(resource, value); err != nil {
		return nil, fmt.Errorf("parse contract: %w", err)
	}
	contract := &Contract{
		root:     node{root: root, value: root, pointer: "#"},
		compiler: compiler,
		schemas:  map[string]*jsonschema.Schema{},
	}
	contract.routes = findRoutes(contract.root)
	contract.coverage = newCoverage(contract.routes)
	return contract, nil
}

// MustParse is Parse for package variables of tests; it panics where Parse fails.
func MustParse(document []byte) *Contract {
	contract, err := Parse(document)
	if err != nil {
		panic(err) //nolint:forbidigo // Must… functions of tests may
	}
	return contract
}

// validate checks a JSON value against the schema at a node.
func (c *Contract) validate(schema node, value any) error {
	compiled, err := c.compiled(schema.pointer)
	if err != nil {
		return err
	}
	return compiled.Validate(value)
}

func (c *Contract) compiled(pointer string) (*jsonschema.Schema, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if schema, done := c.schemas[pointer]; done {
		return schema, nil
	}
	fragment := url.URL{Fragment: strings.TrimPrefix(pointer, "#")}
	schema, err := c.compiler.Compile(resource + "#" + fragment.EscapedFragment())
	if err != nil {
		return nil, fmt.Errorf("compile schema %s: %w", pointer, err)
	}
	c.schemas[pointer] = schema
	return schema, nil
}
