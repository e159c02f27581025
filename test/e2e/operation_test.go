package e2e_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/dailyfeed/dailyfeed/proto-contracts/contracttest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/activityrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/contentrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/imagerest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/searchrest"
	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/timelinerest"
)

// documents are what the fleet is held to.
var documents = map[string][]byte{
	"member":   memberrest.Document(),
	"content":  contentrest.Document(),
	"timeline": timelinerest.Document(),
	"search":   searchrest.Document(),
	"image":    imagerest.Document(),
	"activity": activityrest.Document(),
}

// schema is a JSON schema with its references followed.
type schema map[string]any

// operation is an endpoint as its document describes it.
type operation struct {
	contracttest.Route
	service    string
	parameters []parameter
	body       schema // of a JSON body; nil where there is none
	multipart  bool
	bearer     bool // needs an access token
	cookie     bool // works by the refresh cookie
	internal   bool // needs the fleet's credential
	keyed      bool // takes an Idempotency-Key
	statuses   []string
}

type parameter struct {
	name, in string
	required bool
	schema   schema
	example  any
}

// isAPI says whether the conventions of /api/** hold for it.
func (o operation) isAPI() bool { return strings.HasPrefix(o.Path, "/api/") }

// streams is true for answers without an end.
func (o operation) streams() bool { return strings.HasSuffix(o.Path, "/stream") }

// endsCaller is true where a success costs the caller its session.
func (o operation) endsCaller() bool {
	return slices.Contains([]string{"logOut", "logOutEverywhere", "deactivateMember"}, o.OperationID)
}

// guardsPassword is true where wrong guesses are counted, and then refused.
func (o operation) guardsPassword() bool {
	return o.OperationID == "logIn" || o.OperationID == "changePassword"
}

func (o operation) documents(status int) bool { return slices.Contains(o.statuses, fmt.Sprint(status)) }

func (o operation) in(place string) (found []parameter) {
	for _, p := range o.parameters {
		if p.in == place {
			found = append(found, p)
		}
	}
	return found
}

func (o operation) query(name string) bool {
	return slices.ContainsFunc(o.in("query"), func(p parameter) bool { return p.name == name })
}

// document reads operations out of OpenAPI.
type document struct {
	service string
	root    map[string]any
}

// readOperations lists the operations of a service, in the document's order.
func readOperations(service string) ([]operation, error) {
	d := document{service: service}
	if err := json.Unmarshal(documents[service], &d.root); err != nil {
		return nil, fmt.Errorf("read the document of %s: %w", service, err)
	}
	contract, err := contracttest.Parse(documents[service])
	if err != nil {
		return nil, err
	}
	var found []operation
	for _, route := range contract.Routes() {
		found = append(found, d.operation(route))
	}
	return found, nil
}

func (d document) operation(route contracttest.Route) operation {
	paths := object(d.root["paths"])
	item := object(paths[route.Path])
	described := object(item[strings.ToLower(route.Method)])
	o := operation{Route: route, service: d.service}
	for _, raw := range append(list(item["parameters"]), list(described["parameters"])...) {
		p := d.resolve(raw)
		required, _ := p["required"].(bool)
		o.parameters = append(o.parameters, parameter{
			name: text(p["name"]), in: text(p["in"]), required: required, schema: d.schema(p["schema"]), example: p["example"],
		})
	}
	o.keyed = slices.ContainsFunc(o.parameters, func(p parameter) bool { return p.name == "Idempotency-Key" })
	content := object(d.resolve(described["requestBody"])["content"])
	if media, found := content["application/json"]; found {
		o.body = d.schema(object(media)["schema"])
	}
	_, o.multipart = content["multipart/form-data"]
	for status := range object(described["responses"]) {
		o.statuses = append(o.statuses, status)
	}
	security, own := described["security"]
	if !own {
		security = d.root["security"]
	}
	for _, alternative := range list(security) {
		for scheme := range object(alternative) {
			o.bearer = o.bearer || scheme == "bearer"
			o.cookie = o.cookie || scheme == "refreshCookie"
			o.internal = o.internal || scheme == "internalToken"
		}
	}
	return o
}

// schema follows every reference; none of the documents' requests is recursive.
func (d document) schema(raw any) schema {
	s := schema{}
	for key, value := range d.resolve(raw) {
		switch key {
		case "properties":
			properties := map[string]schema{}
			for name, property := range object(value) {
				properties[name] = d.schema(property)
			}
			s[key] = properties
		case "items":
			s[key] = d.schema(value)
		default:
			s[key] = value
		}
	}
	return s
}

func (d document) resolve(raw any) map[string]any {
	value := object(raw)
	reference, isReference := value["$ref"].(string)
	if !isReference {
		return value
	}
	target := d.root
	for step := range strings.SplitSeq(strings.TrimPrefix(reference, "#/"), "/") {
		target = object(target[strings.NewReplacer("~1", "/", "~0", "~").Replace(step)])
	}
	return d.resolve(target)
}

// methodsOf are the methods that the documents have for a concrete path, as
// Allow tells them.
func methodsOf(operations []operation, path string) (methods []string) {
	segments := strings.Split(strings.Trim(path, "/"), "/")
	for _, o := range operations {
		pattern := strings.Split(strings.Trim(o.Path, "/"), "/")
		if len(pattern) != len(segments) {
			continue
		}
		fits := true
		for i, part := range pattern {
			prefix, _, open := strings.Cut(part, "{")
			fits = fits && (part == segments[i] || open && strings.HasPrefix(segments[i], prefix) && segments[i] != prefix)
		}
		if !fits {
			continue
		}
		methods = append(methods, o.Method)
		if o.Method == http.MethodGet {
			methods = append(methods, http.MethodHead)
		}
	}
	slices.Sort(methods)
	return slices.Compact(methods)
}

// properties of an object's schema, by name.
func (s schema) properties() map[string]schema {
	properties, _ := s["properties"].(map[string]schema)
	return properties
}

func (s schema) items() schema {
	items, _ := s["items"].(schema)
	return items
}

// required are the names of the properties that must be there.
func (s schema) required() (names []string) {
	for _, name := range list(s["required"]) {
		names = append(names, text(name))
	}
	return names
}

// kind is the JSON type, apart from null.
func (s schema) kind() string {
	for _, one := range append(list(s["type"]), s["type"]) {
		if name := text(one); name != "" && name != "null" {
			return name
		}
	}
	return ""
}

func (s schema) number(key string, absent int) int {
	number, found := s[key].(float64)
	if !found {
		return absent
	}
	return int(number)
}

// isID is true for the ids of members, posts and comments.
func (s schema) isID() bool {
	return s.kind() == "integer" && s["minimum"] == 1.0 && s["maximum"] != nil
}

func object(value any) map[string]any {
	o, _ := value.(map[string]any)
	return o
}

func list(value any) []any {
	l, _ := value.([]any)
	return l
}

func text(value any) string {
	t, _ := value.(string)
	return t
}
