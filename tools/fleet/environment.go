package fleet

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Stores are the addresses of the stores of a running fleet.
type Stores struct {
	MySQL   string `json:"mysql"` // an administrator's DSN, or the one that was given
	Redis   string `json:"redis"`
	Kafka   string `json:"kafka"`
	MongoDB string `json:"mongodb"`
}

// managed variables are set by the fleet; what the caller's environment says of
// them does not reach a service by accident.
var managed = []string{
	"PORT", "ADMIN_PORT", "MYSQL_DSN", "MYSQL_MIGRATE_DSN", "REDIS_ADDR", "KAFKA_BOOTSTRAP_SERVERS",
	"MONGODB_URI", "MONGODB_DATABASE", "MEMBER_URL", "CONTENT_URL", "TIMELINE_URL", "SEARCH_URL",
	"IMAGE_URL", "ACTIVITY_URL", "INTERNAL_TOKEN", "JWT_KEK", "CURSOR_KEY", "JWKS_URL", "IMAGE_BUCKET",
	"DEMO_LOGIN", "INFRA",
}

// inherited is the caller's environment without the managed variables.
func inherited(environ []string) []string {
	return slices.DeleteFunc(slices.Clone(environ), func(pair string) bool {
		name, _, _ := strings.Cut(pair, "=")
		return slices.Contains(managed, name)
	})
}

// environment is what a service is told. Each gets only the secrets it needs.
func (f *Fleet) environment(r replica) ([]string, error) {
	stores := f.storesOf(r.id())
	env := append(f.defaults(), inherited(f.config.Environ)...)
	env = append(env, f.config.urls()...)
	env = append(env,
		"PORT="+strconv.Itoa(r.port),
		"ADMIN_PORT="+strconv.Itoa(r.port+adminStep),
		"REDIS_ADDR="+stores.Redis,
		"KAFKA_BOOTSTRAP_SERVERS="+stores.Kafka,
		"MONGODB_URI="+stores.MongoDB,
		"MONGODB_DATABASE="+schema,
		"INTERNAL_TOKEN="+f.secrets[secretInternalToken],
		"CURSOR_KEY="+f.secrets[secretCursorKey],
	)
	switch r.name {
	case "member":
		env = append(env, "JWT_KEK="+f.secrets[secretJWTKEK])
	case "image":
		env = append(env, "IMAGE_BUCKET="+f.bucket())
	}
	if r.mysql == "" {
		return env, nil
	}
	dsn, err := f.serviceDSN(r.service, stores)
	if err != nil {
		return nil, err
	}
	return append(env, "MYSQL_DSN="+dsn), nil
}

// defaults are what suits a home; the caller's environment may say otherwise.
func (f *Fleet) defaults() []string {
	return []string{
		"TRUSTED_PROXIES=127.0.0.1/32,::1/128", // the edge
		"SHUTDOWN_DELAY=0s",                    // nobody has to notice first
	}
}

// bucket is a folder as a URL.
func (f *Fleet) bucket() string {
	folder := &url.URL{Scheme: "file", Path: f.layout.data("images"), RawQuery: "create_dir=true"}
	return folder.String()
}

func (f *Fleet) edgeEnvironment() []string {
	env := append(inherited(f.config.Environ), f.config.urls()...)
	return append(env,
		fmt.Sprintf("PORT=%d", edgePort+f.config.PortOffset),
		"DEMO_LOGIN="+f.demoLogin(),
	)
}

func (f *Fleet) demoLogin() string { return DemoEmail + " / " + f.secrets[secretDemoPassword] }

// DemoEmail is the e-mail of the demo login.
const DemoEmail = "demo@dailyfeed.local"
