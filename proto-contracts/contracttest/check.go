package contracttest

import (
	"bytes"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Exchange is a request and its answer, with the bodies as they went over the
// wire.
type Exchange struct {
	Request *http.Request
	// RequestBody may be nil where it is not known; then it is not checked.
	RequestBody []byte
	Status      int
	Header      http.Header
	Body        []byte
}

// Check returns everything in the exchange that the document does not know, in
// one error, or nil. It counts the answer for Coverage.
func (c *Contract) Check(e Exchange) error {
	faults := c.check(e)
	for i, fault := range faults {
		faults[i] = fmt.Errorf("%s %s answered %d: %w", e.Request.Method, e.Request.URL.Path, e.Status, fault)
	}
	return errors.Join(faults...)
}

func (c *Contract) check(e Exchange) []error {
	found := c.matches(e.Request.URL)
	at := -1
	for i, m := range found {
		if m.route.Method == e.Request.Method {
			at = i
			break
		}
	}
	// A more literal path without this method may be what the router saw.
	if at == -1 || at > 0 && e.Status == http.StatusMethodNotAllowed {
		return c.checkUnrouted(e, len(found) > 0)
	}
	m := found[at]
	response := m.route.operation.child("responses").child(fmt.Sprint(e.Status))
	if !response.exists() {
		return []error{fmt.Errorf("%s does not document this status", m.route.OperationID)}
	}
	c.coverage.count(m.route.OperationID, e.Status)
	faults := c.checkHeaders(response, e)
	faults = append(faults, c.checkBody(response, e)...)
	faults = append(faults, checkTokenHeaders(e)...)
	if e.Status >= 200 && e.Status < 300 {
		faults = append(faults, c.checkRequest(m, e)...)
	}
	return faults
}

// checkUnrouted checks the answer to a request that the document has no
// endpoint for: 404, or 405 where the path exists; a preflight is as it likes.
func (c *Contract) checkUnrouted(e Exchange, pathExists bool) []error {
	if e.Request.Method == http.MethodOptions && e.Status < 300 {
		return nil
	}
	status, code := http.StatusNotFound, `"NOT_FOUND"`
	if pathExists {
		status, code = http.StatusMethodNotAllowed, `"METHOD_NOT_ALLOWED"`
	}
	if e.Status != status {
		return []error{fmt.Errorf("the document has no such endpoint; want %d", status)}
	}
	var faults []error
	if pathExists && e.Header.Get("Allow") == "" {
		faults = append(faults, errors.New("header Allow is missing"))
	}
	if e.Request.Method == http.MethodHead {
		return faults
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(e.Body))
	if err != nil {
		return append(faults, fmt.Errorf("body is not JSON: %w", err))
	}
	failure := c.root.child("components").child("schemas").child("Failure")
	if err := c.validate(failure, value); err != nil {
		faults = append(faults, schemaFaults("body", err)...)
	}
	if !bytes.Contains(e.Body, []byte(code)) {
		faults = append(faults, fmt.Errorf("want code %s", code))
	}
	return faults
}

func (c *Contract) checkBody(response node, e Exchange) []error {
	if e.Request.Method == http.MethodHead {
		return nil
	}
	content := response.child("content")
	if !content.exists() {
		if len(e.Body) > 0 {
			return []error{errors.New("has a body and the document has none")}
		}
		return nil
	}
	mediaType, _, err := mime.ParseMediaType(e.Header.Get("Content-Type"))
	if err != nil {
		return []error{fmt.Errorf("Content-Type %q: %w", e.Header.Get("Content-Type"), err)}
	}
	media := content.child(mediaType)
	if !media.exists() {
		return []error{fmt.Errorf("Content-Type %s is not documented, only %s", mediaType, strings.Join(content.keys(), ", "))}
	}
	schema := media.child("schema")
	if schema.text("format") == "binary" {
		return nil
	}
	var value any = string(e.Body)
	if mediaType == "application/json" {
		if value, err = jsonschema.UnmarshalJSON(bytes.NewReader(e.Body)); err != nil {
			return []error{fmt.Errorf("body is not one JSON value: %w", err)}
		}
	}
	return schemaFaults("body", c.validate(schema, value))
}

// schemaFaults turns a validator's error into one fault per broken rule.
func schemaFaults(where string, err error) []error {
	var invalid *jsonschema.ValidationError
	if !errors.As(err, &invalid) {
		if err == nil {
			return nil
		}
		return []error{fmt.Errorf("%s: %w", where, err)}
	}
	if len(invalid.Causes) == 0 {
		place := where
		if len(invalid.InstanceLocation) > 0 {
			place += " /" + strings.Join(invalid.InstanceLocation, "/")
		}
		return []error{fmt.Errorf("%s: %s", place, invalid.ErrorKind.LocalizedString(printer))}
	}
	var faults []error
	for _, cause := range invalid.Causes {
		faults = append(faults, schemaFaults(where, cause)...)
	}
	return faults
}
