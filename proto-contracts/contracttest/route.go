package contracttest

import (
	"net/url"
	"slices"
	"strings"
)

// Route is an endpoint of a document.
type Route struct {
	// Method is in upper case.
	Method string
	// Path has its parameters in braces.
	Path string
	// OperationID is the endpoint's name.
	OperationID string
}

// Routes are all endpoints of the document, by path and method, so that a test
// can compare them with what its router has.
func (c *Contract) Routes() []Route {
	routes := make([]Route, len(c.routes))
	for i, r := range c.routes {
		routes[i] = r.Route
	}
	return routes
}

type route struct {
	Route
	operation  node
	parameters []node
	segments   []string
}

var methods = []string{"get", "head", "post", "put", "patch", "delete"}

func findRoutes(root node) []route {
	var found []route
	paths := root.child("paths")
	for _, path := range paths.keys() {
		item := paths.child(path)
		for _, method := range methods {
			operation := item.child(method)
			if !operation.exists() {
				continue
			}
			found = append(found, route{
				Route:      Route{Method: strings.ToUpper(method), Path: path, OperationID: operation.text("operationId")},
				operation:  operation,
				parameters: append(item.items("parameters"), operation.items("parameters")...),
				segments:   strings.Split(strings.Trim(path, "/"), "/"),
			})
		}
	}
	return found
}

// match is a route that a path fits, with the values of its parameters.
type match struct {
	route  route
	values map[string]string
	// precise grows with the literal parts, the first ones most: a literal path
	// goes before one with parameters.
	precise string
}

// matches are the routes that the request path fits, the most literal first.
// A trailing slash does not matter.
func (c *Contract) matches(requestURL *url.URL) []match {
	segments := strings.Split(strings.Trim(requestURL.EscapedPath(), "/"), "/")
	var found []match
	for _, r := range c.routes {
		if m, fits := r.match(segments); fits {
			found = append(found, m)
		}
	}
	slices.SortStableFunc(found, func(a, b match) int { return strings.Compare(b.precise, a.precise) })
	return found
}

func (r route) match(segments []string) (match, bool) {
	if len(segments) != len(r.segments) {
		return match{}, false
	}
	m := match{route: r, values: map[string]string{}}
	for i, pattern := range r.segments {
		segment, err := url.PathUnescape(segments[i])
		if err != nil {
			return match{}, false
		}
		prefix, rest, hasParameter := strings.Cut(pattern, "{")
		value, fits := strings.CutPrefix(segment, prefix)
		switch {
		case !hasParameter && segment == pattern:
			m.precise += "3"
		case hasParameter && fits && value != "":
			m.values[strings.TrimSuffix(rest, "}")] = value
			m.precise += map[bool]string{true: "1", false: "2"}[prefix == ""]
		default:
			return match{}, false
		}
	}
	return m, true
}
