package contracttest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// checkRequest checks a request that was served: the document must allow it.
func (c *Contract) checkRequest(m match, e Exchange) []error {
	faults := c.checkSecurity(m.route, e.Request)
	for _, parameter := range m.route.parameters {
		text, sent := parameterText(parameter, m, e.Request)
		if !sent {
			if parameter.flag("required") {
				faults = append(faults, fmt.Errorf("was served without %s", parameter.text("name")))
			}
			continue
		}
		schema := parameter.child("schema")
		value := parameterValue(schema, text)
		faults = append(faults, schemaFaults("was served with parameter "+parameter.text("name"), c.validate(schema, value))...)
	}
	return append(faults, c.checkRequestBody(m, e)...)
}

func parameterText(parameter node, m match, request *http.Request) (string, bool) {
	name := parameter.text("name")
	switch parameter.text("in") {
	case "path":
		text, sent := m.values[name]
		return text, sent
	case "query":
		query := request.URL.Query()
		return query.Get(name), query.Has(name)
	case "header":
		return request.Header.Get(name), len(request.Header.Values(name)) > 0
	default:
		return "", false
	}
}

// parameterValue reads the text as the type of the schema; text that is none
// stays text, and the schema refuses it.
func parameterValue(schema node, text string) any {
	switch schema.text("type") {
	case "array":
		list := []any{}
		for part := range strings.SplitSeq(text, ",") {
			list = append(list, part)
		}
		return list
	case "integer", "number":
		var number json.Number
		if json.Unmarshal([]byte(text), &number) == nil && !strings.HasPrefix(text, `"`) {
			return number
		}
	case "boolean":
		if text == "true" || text == "false" {
			return text == "true"
		}
	}
	return text
}

func (c *Contract) checkRequestBody(m match, e Exchange) []error {
	media := m.route.operation.child("requestBody").child("content").child("application/json")
	if !media.exists() || e.RequestBody == nil {
		return nil
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(e.RequestBody))
	if err != nil {
		return []error{fmt.Errorf("was served with a body that is not JSON: %w", err)}
	}
	return schemaFaults("was served with body", c.validate(media.child("schema"), value))
}

// checkSecurity reports a request that was served without any of the
// credentials that the document asks for. The fleet's own may also be the
// identity that the mesh has checked.
func (c *Contract) checkSecurity(r route, request *http.Request) []error {
	holder := c.root
	if r.operation.has("security") {
		holder = r.operation
	}
	alternatives := holder.items("security")
	for _, alternative := range alternatives {
		for scheme := range alternative.value {
			if c.hasCredential(scheme, request) {
				return nil
			}
		}
	}
	if len(alternatives) == 0 {
		return nil
	}
	return []error{errors.New("was served without credentials")}
}

func (c *Contract) hasCredential(scheme string, request *http.Request) bool {
	definition := c.root.child("components").child("securitySchemes").child(scheme)
	name := definition.text("name")
	switch definition.text("in") {
	case "cookie":
		_, err := request.Cookie(name)
		return err == nil
	case "query":
		return request.URL.Query().Has(name)
	case "header":
		return request.Header.Get(name) != "" || request.Header.Get("X-Forwarded-Client-Cert") != ""
	default:
		scheme, _, _ := strings.Cut(request.Header.Get("Authorization"), " ")
		return strings.EqualFold(scheme, "Bearer")
	}
}
