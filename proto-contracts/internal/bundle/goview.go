package bundle

import (
	"slices"
	"strings"
)

// ForGo returns a copy of a finished document that is reduced to what makes
// readable Go: one operation per thing (no aliases, no health, only those that
// answer with the envelope), its payload as the answer, no header parameters
// (callers add headers in one place), scalars in place, and the fields in the
// order of the source.
func ForGo(finished *Object) *Object {
	view := finished.Clone()
	paths := view.Object("paths")
	for _, path := range paths.Keys() {
		item := paths.Object(path)
		for _, method := range methods {
			if operation := item.Object(method); operation != nil && !reduceOperation(operation, item, view) {
				item.Delete(method)
			}
		}
		item.Delete("parameters")
	}
	components := view.Object("components")
	components.Delete("headers", "responses", "parameters", "requestBodies", "securitySchemes")
	components.Object("schemas").Delete("Failure", "FieldError", "ContractDocument")
	view.Delete("security")
	walk(view, func(schema *Object) { reduceSchema(schema, view) })
	dropScalars(components.Object("schemas"))
	return view
}

// reduceOperation reports false where operation does not become a Go method.
func reduceOperation(operation, item, view *Object) bool {
	for _, tag := range operation.Texts("tags") {
		if tag == "system" || tag == aliasTag {
			return false
		}
	}
	operation.Set("parameters", goParameters(operation, item, view))
	operation.Delete("security")
	if body := operation.Object("requestBody"); body != nil {
		if found, err := find(view, body.Text("$ref")); err == nil {
			operation.Set("requestBody", found.Clone())
		}
		if !operation.Object("requestBody").Child("content").Has("application/json") {
			return false
		}
	}
	responses := operation.Object("responses")
	for _, status := range responses.Keys() {
		if !strings.HasPrefix(status, "2") {
			responses.Delete(status)
			continue
		}
		media := responses.Object(status).Child("content").Object("application/json")
		if media == nil || !media.Child("schema").Child("properties").Has("data") {
			return false
		}
		responses.Object(status).Delete("headers")
		media.Set("schema", media.Object("schema").Object("properties").Value("data"))
	}
	return true
}

func goParameters(operation, item, view *Object) []any {
	kept := []any{}
	for _, parameter := range slices.Concat(item.Objects("parameters"), operation.Objects("parameters")) {
		if found, err := find(view, parameter.Text("$ref")); err == nil {
			parameter = found
		}
		if parameter.Text("in") != "header" {
			kept = append(kept, parameter.Clone())
		}
	}
	return kept
}

// reduceSchema keeps of a schema what a Go type can say.
func reduceSchema(schema, view *Object) {
	inlineScalar(schema, view)
	if properties := schema.Object("properties"); properties != nil && schema.Text("type") == "object" {
		schema.Delete("if", "then", "else", "additionalProperties")
		for i, name := range properties.Keys() {
			if property := properties.Object(name); property != nil {
				property.Set("x-order", int64(i+1))
			}
		}
	}
	if schema.Has("type") {
		schema.Delete("const", "pattern", "minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems", "default", "example")
	}
}

// inlineScalar puts a number, text or boolean in the place of a pointer to it:
// int64 reads better than a name for it.
func inlineScalar(schema, view *Object) {
	ref := schema.Text("$ref")
	if ref == "" {
		return
	}
	target, err := find(view, ref)
	if err != nil || !isScalar(target) {
		return
	}
	schema.Delete("$ref")
	for _, key := range target.Keys() {
		if !schema.Has(key) {
			schema.Set(key, clone(target.Value(key)))
		}
	}
}

func isScalar(schema *Object) bool {
	if schema.Has("enum") {
		return false
	}
	if types := schema.Texts("type"); len(types) > 0 {
		return types[0] != "object" && types[0] != "array"
	}
	switch schema.Text("type") {
	case "string", "integer", "boolean", "number":
		return true
	}
	return false
}

func dropScalars(schemas *Object) {
	for _, name := range schemas.Keys() {
		if isScalar(schemas.Object(name)) {
			schemas.Delete(name)
		}
	}
}
