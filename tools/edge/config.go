package edge

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/dailyfeed/dailyfeed/support/process"
)

// Settings of the edge, from the environment. A service's URL may be several,
// by comma: its replicas.
type Settings struct {
	// Port that the edge listens on; 0 takes a free one.
	Port int `env:"PORT" envDefault:"8080"`
	// Host is the address that the edge listens on; the default is this machine only.
	Host string `env:"EDGE_HOST" envDefault:"127.0.0.1"`
	// MemberURL and so on are where the services are.
	MemberURL   string `env:"MEMBER_URL" envDefault:"http://127.0.0.1:8084"`
	ContentURL  string `env:"CONTENT_URL" envDefault:"http://127.0.0.1:8081"`
	TimelineURL string `env:"TIMELINE_URL" envDefault:"http://127.0.0.1:8082"`
	SearchURL   string `env:"SEARCH_URL" envDefault:"http://127.0.0.1:8083"`
	ImageURL    string `env:"IMAGE_URL" envDefault:"http://127.0.0.1:8085"`
	ActivityURL string `env:"ACTIVITY_URL" envDefault:"http://127.0.0.1:8086"`
	// FrontendURL takes everything that is not the API's; without one there is a plain page.
	FrontendURL string `env:"FRONTEND_URL"`
	// DemoLogin is shown on the plain page.
	DemoLogin string `env:"DEMO_LOGIN"`
	// AnswerWithin is how long a service may take to begin its answer.
	AnswerWithin time.Duration `env:"EDGE_ANSWER_WITHIN" envDefault:"35s"`
	// LogLevel is debug, info, warn or error.
	LogLevel string `env:"LOG_LEVEL" envDefault:"info"`
}

// Config is what an edge needs.
type Config struct {
	Upstreams    map[Service][]*url.URL
	Frontend     *url.URL // nil: the plain page
	DemoLogin    string
	AnswerWithin time.Duration
}

// Load reads the settings; all faults are reported at once.
func Load(environ []string) (Settings, Config, error) {
	settings, err := process.Load[Settings](environ)
	if err != nil {
		return settings, Config{}, err
	}
	config, err := settings.config()
	return settings, config, err
}

func (s Settings) config() (Config, error) {
	c := Config{Upstreams: map[Service][]*url.URL{}, DemoLogin: s.DemoLogin, AnswerWithin: s.AnswerWithin}
	var faults []error
	for service, list := range map[Service]string{
		Member: s.MemberURL, Content: s.ContentURL, Timeline: s.TimelineURL,
		Search: s.SearchURL, Image: s.ImageURL, Activity: s.ActivityURL,
	} {
		urls, err := parseURLs(list)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s_URL: %w", strings.ToUpper(string(service)), err))
		}
		c.Upstreams[service] = urls
	}
	if s.FrontendURL != "" {
		frontend, err := parseURL(s.FrontendURL)
		if err != nil {
			faults = append(faults, fmt.Errorf("FRONTEND_URL: %w", err))
		}
		c.Frontend = frontend
	}
	return c, errors.Join(faults...)
}

var errBaseURL = errors.New("must be http(s)://host[:port] without a path")

func parseURLs(list string) ([]*url.URL, error) {
	var urls []*url.URL
	for text := range strings.SplitSeq(list, ",") {
		parsed, err := parseURL(strings.TrimSpace(text))
		if err != nil {
			return nil, err
		}
		urls = append(urls, parsed)
	}
	return urls, nil
}

func parseURL(text string) (*url.URL, error) {
	parsed, err := url.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errBaseURL, err)
	}
	if (parsed.Scheme != "http" && parsed.Scheme != "https") || parsed.Host == "" || strings.Trim(parsed.Path, "/") != "" {
		return nil, fmt.Errorf("%w: %q", errBaseURL, text)
	}
	return parsed, nil
}
