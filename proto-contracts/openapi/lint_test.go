package openapi_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/internal/bundle"
)

// operation is an endpoint of a finished document.
type operation struct {
	*bundle.Object
	document     *bundle.Object
	method, path string
}

func (o operation) String() string { return strings.ToUpper(o.method) + " " + o.path }

func operations(document *bundle.Object) []operation {
	var found []operation
	paths := document.Object("paths")
	for _, path := range paths.Keys() {
		for _, method := range []string{"get", "head", "post", "put", "patch", "delete"} {
			if o := paths.Object(path).Object(method); o != nil {
				found = append(found, operation{Object: o, document: document, method: method, path: path})
			}
		}
	}
	return found
}

// schemes are the names of the credentials that the operation takes.
func (o operation) schemes() []string {
	holder := o.document
	if o.Has("security") {
		holder = o.Object
	}
	var names []string
	for _, alternative := range holder.Objects("security") {
		names = append(names, alternative.Keys()...)
	}
	return names
}

func (o operation) writes() bool { return o.method != "get" && o.method != "head" }

func (o operation) answers(status string) bool { return o.Object.Object("responses").Has(status) }

func tagNames(document *bundle.Object) []string {
	var names []string
	for _, tag := range document.Objects("tags") {
		names = append(names, tag.Text("name"))
	}
	return names
}

func TestEveryOperationIsNamedAndDescribed(t *testing.T) {
	t.Parallel()
	verb := regexp.MustCompile(`^[a-z]+([A-Z][a-z]+|IDs)*$`)
	eachDocument(t, func(t *testing.T, _ string, document *bundle.Object) {
		seen := map[string]bool{}
		for _, o := range operations(document) {
			id := o.Text("operationId")
			require.Regexp(t, verb, id, o)
			require.False(t, seen[id], "%s: %s is used twice", o, id)
			seen[id] = true
			require.NotEmpty(t, o.Text("summary"), o)
			require.False(t, strings.HasSuffix(o.Text("summary"), "."), "%s: a summary is a title", o)
			require.NotEmpty(t, o.Text("description"), o)
			require.NotEmpty(t, o.Texts("tags"), o)
			require.Subset(t, tagNames(document), o.Texts("tags"), o)
		}
	})
}

func TestEveryTagIsUsedAndDescribed(t *testing.T) {
	t.Parallel()
	eachDocument(t, func(t *testing.T, _ string, document *bundle.Object) {
		var used []string
		for _, o := range operations(document) {
			used = append(used, o.Texts("tags")...)
		}
		for _, tag := range document.Objects("tags") {
			require.Contains(t, used, tag.Text("name"))
			require.NotEmpty(t, tag.Text("description"))
		}
	})
}

func TestEveryOperationNamesACredentialThatExists(t *testing.T) {
	t.Parallel()
	eachDocument(t, func(t *testing.T, _ string, document *bundle.Object) {
		known := document.Object("components").Object("securitySchemes").Keys()
		var used []string
		for _, o := range operations(document) {
			require.Subset(t, known, o.schemes(), o)
			used = append(used, o.schemes()...)
			if strings.HasPrefix(o.path, "/internal/") {
				require.Equal(t, []string{"internalToken"}, o.schemes(), o)
				require.Contains(t, o.Texts("tags"), "internal", o)
			}
		}
		for _, name := range known {
			require.Contains(t, used, name)
		}
	})
}

func TestEveryOperationHasTheFailuresThatBelongToIt(t *testing.T) {
	t.Parallel()
	eachDocument(t, func(t *testing.T, _ string, document *bundle.Object) {
		for _, o := range operations(document) {
			if strings.HasPrefix(o.path, "/healthcheck/") || !strings.HasPrefix(o.path, "/api/") && !strings.HasPrefix(o.path, "/internal/") {
				continue
			}
			require.True(t, slices.ContainsFunc(o.Object.Object("responses").Keys(), func(s string) bool { return s[0] == '4' }) || !o.writes() && len(o.schemes()) == 0, o)
			for _, status := range []string{"500", "503", "504"} {
				require.True(t, o.answers(status), "%s: %s", o, status)
			}
			authenticated := slices.Contains(o.schemes(), "bearer") || slices.Contains(o.schemes(), "refreshCookie")
			require.Equal(t, authenticated, o.answers("401"), o)
			require.Equal(t, o.writes() && strings.HasPrefix(o.path, "/api/"), o.answers("429"), o)
		}
	})
}

func TestWritesTakeAnIdempotencyKeyUnlessTheyAreExempt(t *testing.T) {
	t.Parallel()
	exempt := regexp.MustCompile(`/query/|/login$|/token/refresh$|/authentication/refresh$|/images/upload`)
	eachDocument(t, func(t *testing.T, _ string, document *bundle.Object) {
		for _, o := range operations(document) {
			takes := o.writes() && strings.HasPrefix(o.path, "/api/") && !exempt.MatchString(o.path)
			written, err := o.JSON()
			require.NoError(t, err)
			require.Equal(t, takes, strings.Contains(string(written), "#/components/parameters/IdempotencyKey"), o)
			require.Equal(t, takes, o.answers("409"), o)
			require.Equal(t, takes, o.answers("422"), o)
		}
	})
}

// Every component is pointed to from somewhere else, or (a security scheme) named.
func TestNothingIsUnused(t *testing.T) {
	t.Parallel()
	eachDocument(t, func(t *testing.T, _ string, document *bundle.Object) {
		whole, err := document.JSON()
		require.NoError(t, err)
		components := document.Object("components")
		for _, kind := range components.Keys() {
			if kind == "securitySchemes" {
				continue
			}
			for _, name := range components.Object(kind).Keys() {
				pointed := fmt.Sprintf(`"$ref": "#/components/%s/%s"`, kind, name)
				hinted := fmt.Sprintf(`"x-go-type": %q`, name)
				require.True(t, strings.Contains(string(whole), pointed) || strings.Contains(string(whole), hinted), "%s %s is unused", kind, name)
			}
		}
	})
}

func TestEverySchemaAndPropertyIsDescribed(t *testing.T) {
	t.Parallel()
	eachDocument(t, func(t *testing.T, _ string, document *bundle.Object) {
		schemas := document.Object("components").Object("schemas")
		for _, name := range schemas.Keys() {
			schema := schemas.Object(name)
			require.NotEmpty(t, schema.Text("description"), name)
			properties := schema.Object("properties")
			if properties == nil {
				continue
			}
			for _, property := range properties.Keys() {
				p := properties.Object(property)
				require.True(t, p.Text("description") != "" || p.Has("$ref"), "%s.%s is not described", name, property)
			}
		}
	})
}

// What a service answers is exact: every field is always there and no other is.
func TestAnswersAreExact(t *testing.T) {
	t.Parallel()
	eachDocument(t, func(t *testing.T, _ string, document *bundle.Object) {
		schemas := document.Object("components").Object("schemas")
		for name := range answered(document) {
			schema := schemas.Object(name)
			if schema.Text("type") != "object" || name == "ContractDocument" {
				continue
			}
			require.Equal(t, false, schema.Value("additionalProperties"), name)
			if name != "Failure" { // errors come with one code only
				require.ElementsMatch(t, schema.Object("properties").Keys(), schema.Texts("required"), name)
			}
		}
	})
}

// answered are the names of the schemas that answers are made of.
func answered(document *bundle.Object) map[string]bool {
	found := map[string]bool{}
	var follow func(value any)
	follow = func(value any) {
		switch v := value.(type) {
		case *bundle.Object:
			if name, isSchema := strings.CutPrefix(v.Text("$ref"), "#/components/schemas/"); isSchema && !found[name] {
				found[name] = true
				follow(document.Object("components").Object("schemas").Object(name))
			}
			for _, key := range v.Keys() {
				follow(v.Value(key))
			}
		case []any:
			for _, item := range v {
				follow(item)
			}
		}
	}
	for _, o := range operations(document) {
		follow(o.Object.Object("responses"))
	}
	follow(document.Object("components").Object("responses"))
	return found
}

// A table of codes is the contract's memory: a code that no endpoint gives is a
// mistake in one of the two.
func TestEveryCodeIsGivenBySomeEndpoint(t *testing.T) {
	t.Parallel()
	eachDocument(t, func(t *testing.T, service string, document *bundle.Object) {
		source, err := os.ReadFile(service + ".yaml")
		require.NoError(t, err)
		written, err := document.JSON()
		require.NoError(t, err)
		for _, row := range regexp.MustCompile(`(?m)^  ([A-Z_]+): \{status: `).FindAllStringSubmatch(string(source), -1) {
			require.Contains(t, string(written), "`"+row[1]+"`:", "%s is in the table only", row[1])
		}
	})
}
