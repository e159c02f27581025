package bundle_test

import (
	"encoding/json"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/internal/bundle"
)

const sharedSource = `
x-codes:
  MALFORMED_REQUEST: {status: 400, when: it is broken}
  VALIDATION_FAILED: {status: 400, when: it breaks a rule}
  PAGE_TOO_DEEP: {status: 400, when: it is too deep}
  BEARER_TOKEN_MISSING: {status: 401, when: there is none}
  INVALID_TOKEN: {status: 401, when: it is none of ours}
  JWT_EXPIRED: {status: 401, when: it has expired}
  TOKEN_REVOKED: {status: 401, when: it is revoked}
  NOT_FOUND: {status: 404, when: there is nothing}
  REQUEST_IN_PROGRESS: {status: 409, when: it runs}
  PAYLOAD_TOO_LARGE: {status: 413, when: it is too large}
  IDEMPOTENCY_KEY_REUSED: {status: 422, when: the key was used}
  TOO_MANY_REQUESTS: {status: 429, when: there are too many}
  INTERNAL: {status: 500, when: of a bug}
  SERVICE_UNAVAILABLE: {status: 503, when: something is down}
  DEADLINE_EXCEEDED: {status: 504, when: time ran out}
paths:
  /healthcheck/live:
    get: {operationId: checkLive, tags: [system], security: [], responses: {'200': {$ref: '#/components/responses/Healthy'}}}
components:
  parameters:
    IdempotencyKey: {name: Idempotency-Key, in: header, schema: {type: string}}
    PathID: {name: id, in: path, required: true, schema: {$ref: '#/components/schemas/ID'}}
  headers:
    X-Request-Id: {schema: {type: string}}
    X-Content-Type-Options: {schema: {type: string}}
    Cache-Control: {schema: {type: string}}
    Idempotency-Replayed: {schema: {type: string}}
    X-Token-Refresh-Needed: {schema: {type: string}}
    X-Relogin-Required: {schema: {type: string}}
    WWW-Authenticate: {schema: {type: string}}
    Retry-After: {schema: {type: string}}
  responses:
    Healthy: {description: Yes., content: {text/plain: {schema: {type: string}}}}
  schemas:
    ID: {type: integer, format: int64, description: An id.}
    Failure: {type: object, properties: {errors: {type: array, items: {$ref: '#/components/schemas/FieldError'}}}}
    FieldError: {type: object}
    Unneeded: {type: object}
`

const thingSource = `
openapi: 3.1.0
security: [{bearer: []}]
tags: [{name: things, description: Things.}]
x-codes:
  THING_NOT_FOUND: {status: 404, when: there is no thing}
paths:
  /api/things/{id}:
    parameters: [{$ref: 'shared.yaml#/components/parameters/PathID'}]
    get:
      operationId: getThing
      tags: [things]
      x-codes: [THING_NOT_FOUND]
      responses: {'200': {description: It., x-answer: {status: 200, data: {$ref: '#/components/schemas/Thing'}}}}
    delete:
      operationId: deleteThing
      tags: [things]
      x-codes: [THING_NOT_FOUND]
      responses: {'200': {description: Gone., x-answer: {status: 204, data: {type: boolean}}}}
  /api/objects/{id}: {$ref: '#/paths/~1api~1things~1{id}'}
  /api/things/query/in:
    post:
      operationId: findThings
      tags: [things]
      x-idempotency: exempt
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses: {'200': {description: They., x-answer: {status: 200, data: {type: array, items: {$ref: '#/components/schemas/Thing'}}}}}
  /healthcheck/live: {$ref: 'shared.yaml#/paths/~1healthcheck~1live'}
components:
  schemas:
    Thing:
      type: object
      additionalProperties: false
      required: [id, age]
      properties:
        id: {$ref: 'shared.yaml#/components/schemas/ID'}
        age: {type: [integer, 'null'], minimum: 0, x-go-name: Years}
`

func sources(thing string) fstest.MapFS {
	return fstest.MapFS{
		"shared.yaml": {Data: []byte(sharedSource)},
		"thing.yaml":  {Data: []byte(thing)},
	}
}

func load(t *testing.T) *bundle.Object {
	t.Helper()
	document, err := bundle.Load(sources(thingSource), "thing")
	require.NoError(t, err)
	return document
}

func operation(document *bundle.Object, path, method string) *bundle.Object {
	return document.Object("paths").Object(path).Object(method)
}

func pointers(list []*bundle.Object) []string {
	var found []string
	for _, item := range list {
		found = append(found, item.Text("$ref"))
	}
	return found
}

func TestLoadWritesEnvelopes(t *testing.T) {
	t.Parallel()
	answer := operation(load(t), "/api/things/{id}", "delete").Object("responses").Object("200")
	written, err := json.Marshal(answer.Object("content"))
	require.NoError(t, err)
	require.JSONEq(t, `{"application/json":{"schema":{"type":"object","required":["status","result","data"],"additionalProperties":false,
		"properties":{"status":{"type":"integer","const":204,"description":"The contract's number for this answer."},
		"result":{"type":"string","const":"SUCCESS","description":"Always `+"`SUCCESS`"+`."},"data":{"type":"boolean"}}}}}`, string(written))
	require.False(t, answer.Has("x-answer"))
}

func TestLoadAddsTheFailuresOfEachKindOfEndpoint(t *testing.T) {
	t.Parallel()
	document := load(t)
	for name, test := range map[string]struct {
		path, method string
		statuses     []string
	}{
		"a read":               {"/api/things/{id}", "get", []string{"200", "400", "401", "404", "500", "503", "504"}},
		"a write":              {"/api/things/{id}", "delete", []string{"200", "400", "401", "404", "409", "413", "422", "429", "500", "503", "504"}},
		"a reading POST":       {"/api/things/query/in", "post", []string{"200", "400", "401", "413", "429", "500", "503", "504"}},
		"a question of health": {"/healthcheck/live", "get", []string{"200"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.statuses, operation(document, test.path, test.method).Object("responses").Keys())
		})
	}
}

func TestLoadNarrowsFailuresToTheirCodes(t *testing.T) {
	t.Parallel()
	document := load(t)
	responses := operation(document, "/api/things/{id}", "delete").Object("responses")
	require.Equal(t, "#/components/responses/Write404.THING_NOT_FOUND", responses.Object("404").Text("$ref"))
	failure := document.Object("components").Object("responses").Object("Write404.THING_NOT_FOUND")
	require.Equal(t, "- `THING_NOT_FOUND`: there is no thing.", failure.Text("description"))
	require.Equal(t, []string{"X-Request-Id", "X-Content-Type-Options", "Cache-Control", "Idempotency-Replayed"}, failure.Object("headers").Keys())
	schema, err := json.Marshal(failure.Object("content").Object("application/json").Object("schema"))
	require.NoError(t, err)
	require.JSONEq(t, `{"allOf":[{"$ref":"#/components/schemas/Failure"},
		{"properties":{"statusCode":{"const":404},"code":{"enum":["THING_NOT_FOUND"]}}}]}`, string(schema))
}

func TestLoadGivesWritesAnIdempotencyKey(t *testing.T) {
	t.Parallel()
	document := load(t)
	const key = "#/components/parameters/IdempotencyKey"
	require.Contains(t, pointers(operation(document, "/api/things/{id}", "delete").Objects("parameters")), key)
	require.NotContains(t, pointers(operation(document, "/api/things/{id}", "get").Objects("parameters")), key)
	require.NotContains(t, pointers(operation(document, "/api/things/query/in", "post").Objects("parameters")), key)
}

func TestLoadTellsReadersOfATokenToRefresh(t *testing.T) {
	t.Parallel()
	document := load(t)
	headers := func(path, method string) []string {
		return operation(document, path, method).Object("responses").Object("200").Object("headers").Keys()
	}
	require.Contains(t, headers("/api/things/{id}", "get"), "X-Token-Refresh-Needed")
	require.NotContains(t, headers("/api/things/{id}", "delete"), "X-Token-Refresh-Needed")
	require.NotContains(t, headers("/healthcheck/live", "get"), "X-Token-Refresh-Needed")
}

func TestLoadCopiesWhatIsPointedToAndNothingElse(t *testing.T) {
	t.Parallel()
	document := load(t)
	schemas := document.Object("components").Object("schemas")
	require.ElementsMatch(t, []string{"Thing", "ID", "Failure", "FieldError"}, schemas.Keys())
	written, err := document.JSON()
	require.NoError(t, err)
	require.NotContains(t, string(written), "shared.yaml")
	require.NotContains(t, string(written), "x-codes")
}

func TestLoadGivesAliasesIdsOfTheirOwn(t *testing.T) {
	t.Parallel()
	document := load(t)
	alias := operation(document, "/api/objects/{id}", "get")
	require.Equal(t, "getThingByAlias", alias.Text("operationId"))
	require.Equal(t, []string{"things", "alias"}, alias.Texts("tags"))
	require.Len(t, document.Objects("tags"), 2)
}

func TestForGoKeepsWhatBecomesGo(t *testing.T) {
	t.Parallel()
	view := bundle.ForGo(load(t))
	require.Nil(t, operation(view, "/healthcheck/live", "get"))
	require.Nil(t, operation(view, "/api/objects/{id}", "get"))
	get := operation(view, "/api/things/{id}", "get")
	require.Equal(t, []string{"200"}, get.Object("responses").Keys())
	payload := get.Object("responses").Object("200").Object("content").Object("application/json").Object("schema")
	require.Equal(t, "#/components/schemas/Thing", payload.Text("$ref"))
	thing, err := json.Marshal(view.Object("components").Object("schemas"))
	require.NoError(t, err)
	require.JSONEq(t, `{"Thing":{"type":"object","required":["id","age"],"properties":{
		"id":{"x-order":1,"type":"integer","format":"int64","description":"An id."},
		"age":{"x-order":2,"type":["integer","null"],"x-go-name":"Years"}}}}`, string(thing))
}

func TestPublishDropsHintsForGo(t *testing.T) {
	t.Parallel()
	document := load(t)
	written, err := bundle.Publish(document).JSON()
	require.NoError(t, err)
	require.NotContains(t, string(written), "x-go-name")
	kept, err := document.JSON()
	require.NoError(t, err)
	require.Contains(t, string(kept), "x-go-name")
}

func TestLoadIsDeterministic(t *testing.T) {
	t.Parallel()
	first, err := load(t).JSON()
	require.NoError(t, err)
	for range 20 {
		again, err := load(t).JSON()
		require.NoError(t, err)
		require.Equal(t, string(first), string(again))
	}
}
