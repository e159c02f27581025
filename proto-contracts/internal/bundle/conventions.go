package bundle

import (
	"fmt"
	"slices"
	"strings"
)

// The extensions of the sources. None is left in a finished document.
const (
	codesKey       = "x-codes"       // table in a document, list in an operation
	answerKey      = "x-answer"      // {status, data}: the envelope of a success
	idempotencyKey = "x-idempotency" // "exempt" on a write that takes no key
)

// methods are the keys of a path item that hold operations.
var methods = []string{"get", "head", "post", "put", "patch", "delete"}

// conventions adds to every operation what holds for all of them.
type conventions struct {
	document *Object
	codes    codeTable
	link     *linker
}

func newConventions(shared, document *Object) *conventions {
	return &conventions{
		document: document,
		codes:    newCodeTable(shared, document),
		link:     newLinker(shared, document),
	}
}

func (c *conventions) apply() error {
	paths := c.document.Object("paths")
	for _, path := range paths.Keys() {
		for _, method := range methods {
			source := paths.Object(path).Object(method)
			if source == nil {
				continue
			}
			op, err := c.newOperation(path, method, paths.Object(path), source)
			if err == nil {
				err = c.finish(op)
			}
			if err != nil {
				return fmt.Errorf("%s %s: %w", method, path, err)
			}
		}
	}
	c.document.Delete(codesKey)
	return c.tidy()
}

func (c *conventions) finish(op operation) error {
	if op.takesKey() {
		op.source.Append("parameters", pointTo("parameters", "IdempotencyKey"))
	}
	c.addSuccessHeaders(op)
	if err := c.addFailures(op); err != nil {
		return err
	}
	op.source.Delete(codesKey, idempotencyKey)
	return nil
}

// addSuccessHeaders writes the envelope and the headers of every success.
func (c *conventions) addSuccessHeaders(op operation) {
	responses := op.source.Child("responses")
	for _, status := range responses.Keys() {
		response := responses.Object(status)
		if response.Has("$ref") { // health: a shared response of its own kind
			response = c.ownCopy(responses, status)
		}
		if answer := response.Object(answerKey); answer != nil {
			response.Set("content", envelope(answer))
			response.Delete(answerKey)
		}
		headers := NewObject()
		for _, name := range op.successHeaders() {
			headers.Set(name, pointTo("headers", name))
		}
		for _, name := range response.Child("headers").Keys() {
			headers.Set(name, response.Object("headers").Value(name)) // the source knows better
		}
		response.Set("headers", headers)
	}
}

func (c *conventions) ownCopy(responses *Object, status string) *Object {
	found, err := find(c.document, responses.Object(status).Text("$ref"))
	if err != nil {
		return responses.Object(status) // the linker has reported it
	}
	responses.Set(status, found.Clone())
	return responses.Object(status)
}

// envelope is the content of a success.
func envelope(answer *Object) *Object {
	return jsonContent(NewObject().
		With("type", "object").
		With("required", []any{"status", "result", "data"}).
		With("additionalProperties", false).
		With("properties", NewObject().
			With("status", constant("integer", answer.Value("status"), "The contract's number for this answer.")).
			With("result", constant("string", "SUCCESS", "Always `SUCCESS`.")).
			With("data", answer.Value("data"))))
}

// addFailures adds a response per status for every code that op can give.
func (c *conventions) addFailures(op operation) error {
	byStatus := map[int64][]string{}
	for _, code := range op.codes() {
		entry, known := c.codes[code]
		if !known {
			return fmt.Errorf("no table has the code %s", code)
		}
		if !slices.Contains(byStatus[entry.status], code) {
			byStatus[entry.status] = append(byStatus[entry.status], code)
		}
	}
	responses := op.source.Object("responses")
	for _, status := range sortedKeys(byStatus) {
		key := fmt.Sprint(status)
		if responses.Has(key) {
			return fmt.Errorf("response %s is written in the source and made of codes", key)
		}
		slices.Sort(byStatus[status])
		responses.Set(key, NewObject().With("$ref", c.failure(op, status, byStatus[status])))
	}
	return nil
}

// failure returns the pointer to the response of these codes, made on first use.
func (c *conventions) failure(op operation, status int64, codes []string) string {
	headers := op.failureHeaders(status, codes)
	name := fmt.Sprintf("%s%d.%s", op.surface, status, strings.Join(codes, "."))
	responses := c.document.Child("components").Child("responses")
	if !responses.Has(name) {
		responses.Set(name, failureResponse(c.codes.describe(codes), status, codes, headers))
	}
	return pointer("responses", name)
}

func failureResponse(description string, status int64, codes, headers []string) *Object {
	list := make([]any, len(codes))
	for i, code := range codes {
		list[i] = code
	}
	pointers := NewObject()
	for _, name := range headers {
		pointers.Set(name, pointTo("headers", name))
	}
	narrowed := NewObject().With("properties", NewObject().
		With("statusCode", NewObject().With("const", status)).
		With("code", NewObject().With("enum", list)))
	schema := NewObject().With("allOf", []any{pointTo("schemas", "Failure"), narrowed})
	return NewObject().
		With("description", description).
		With("headers", pointers).
		With("content", jsonContent(schema))
}

// tidy links what the conventions pointed to, and drops shared responses that
// were copied into operations.
func (c *conventions) tidy() error {
	walk(c.document, func(o *Object) {
		if ref := o.Text("$ref"); strings.HasPrefix(ref, "#/") {
			if _, err := find(c.document, ref); err != nil {
				o.Set("$ref", sharedFile+ref)
			}
		}
	})
	if err := c.link.copyComponents(c.document); err != nil {
		return err
	}
	c.document.Object("components").Child("responses").Delete("Healthy", "Unhealthy")
	for _, kind := range c.document.Object("components").Keys() {
		if len(c.document.Object("components").Object(kind).Keys()) == 0 {
			c.document.Object("components").Delete(kind)
		}
	}
	return nil
}

func pointer(kind, name string) string { return "#/components/" + kind + "/" + name }

func pointTo(kind, name string) *Object { return NewObject().With("$ref", pointer(kind, name)) }

func jsonContent(schema *Object) *Object {
	return NewObject().With("application/json", NewObject().With("schema", schema))
}

func constant(kind string, value any, description string) *Object {
	return NewObject().With("type", kind).With("const", value).With("description", description)
}
