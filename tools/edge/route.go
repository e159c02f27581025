package edge

import "strings"

// Service names a service of the fleet.
type Service string

// The services behind the edge.
const (
	Member   Service = "member"
	Content  Service = "content"
	Timeline Service = "timeline"
	Search   Service = "search"
	Image    Service = "image"
	Activity Service = "activity"
)

// Services are all of them, in the order in which people list them.
func Services() []Service {
	return []Service{Member, Content, Timeline, Search, Image, Activity}
}

// route sends a prefix of whole path segments to a service.
type route struct {
	prefix  string
	service Service
}

// routes are those of the ingress.
var routes = []route{
	{"/api/authentication", Member},
	{"/api/members", Member},
	{"/api/token", Member},
	{"/api/posts", Content},
	{"/api/comments", Content},
	{"/api/timeline", Timeline},
	{"/api/search", Search},
	{"/api/images", Image},
	{"/api/activity", Activity},
	{"/api/member-activities", Activity},
}

const (
	apiPrefix   = "/api"
	proxyPrefix = "/api/proxy"
	jwksPath    = "/.well-known/jwks.json"
)

// hidden prefixes are never routed, to the frontend neither.
var hidden = []string{"/internal", "/metrics", "/healthcheck", "/debug"}

// target is where a request goes.
type target int

const (
	nowhere target = iota // a 404
	toService
	toFrontend
)

// decision is what the edge does with a path.
type decision struct {
	target  target
	service Service
	proxied bool // the path came as /api/proxy/X and goes on as /api/X
}

// decide reads a request's path. escaped is the path as it was sent, clean the
// decoded one.
func decide(escaped, path string) decision {
	if ambiguous(escaped, path) || under(path, hidden...) {
		return decision{}
	}
	if path == jwksPath || path == jwksPath+"/" {
		return decision{target: toService, service: Member}
	}
	if !under(path, apiPrefix) {
		return decision{target: toFrontend}
	}
	proxied := under(path, proxyPrefix)
	if proxied {
		path = unproxied(path)
	}
	for _, r := range routes {
		if under(path, r.prefix) {
			return decision{target: toService, service: r.service, proxied: proxied}
		}
	}
	return decision{}
}

// unproxied turns /api/proxy/X into /api/X.
func unproxied(path string) string { return apiPrefix + strings.TrimPrefix(path, proxyPrefix) }

// under is true when path is one of the prefixes, or below one.
func under(path string, prefixes ...string) bool {
	for _, prefix := range prefixes {
		if rest, found := strings.CutPrefix(path, prefix); found && (rest == "" || rest[0] == '/') {
			return true
		}
	}
	return false
}

// ambiguous paths have empty, "." or ".." segments, or spell a separator, a dot
// or a percent sign in another way: somebody behind the edge could read them
// differently.
func ambiguous(escaped, path string) bool {
	if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "\\%;\x00") {
		return true
	}
	lower := strings.ToLower(escaped)
	if strings.Contains(lower, "%2f") || strings.Contains(lower, "%2e") {
		return true
	}
	for segment := range strings.SplitSeq(strings.TrimSuffix(path[1:], "/"), "/") {
		if segment == "." || segment == ".." {
			return true
		}
	}
	return strings.Contains(path, "//")
}
