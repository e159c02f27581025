package edge

import (
	"time"

	"github.com/dailyfeed/dailyfeed/support/process"
	"github.com/dailyfeed/dailyfeed/support/serviceclient"
)

// Settings of the edge, from the environment. A service's URL may be several,
// by comma: its replicas.
type Settings struct {
	// Port that the edge listens on; 0 takes a free one.
	Port int `env:"PORT" envDefault:"8080"`
	// Host is the address that the edge listens on; the default is this machine only.
	Host string `env:"EDGE_HOST" envDefault:"127.0.0.1"`
	// MemberURL and so on are where the services are.
	MemberURL   serviceclient.Addresses `env:"MEMBER_URL" envDefault:"http://127.0.0.1:8084"`
	ContentURL  serviceclient.Addresses `env:"CONTENT_URL" envDefault:"http://127.0.0.1:8081"`
	TimelineURL serviceclient.Addresses `env:"TIMELINE_URL" envDefault:"http://127.0.0.1:8082"`
	SearchURL   serviceclient.Addresses `env:"SEARCH_URL" envDefault:"http://127.0.0.1:8083"`
	ImageURL    serviceclient.Addresses `env:"IMAGE_URL" envDefault:"http://127.0.0.1:8085"`
	ActivityURL serviceclient.Addresses `env:"ACTIVITY_URL" envDefault:"http://127.0.0.1:8086"`
	// FrontendURL takes everything that is not the API's; without one there is a plain page.
	FrontendURL serviceclient.Addresses `env:"FRONTEND_URL"`
	// DemoLogin is shown on the plain page.
	DemoLogin string `env:"DEMO_LOGIN"`
	// AnswerWithin is how long a service may take to begin its answer.
	AnswerWithin time.Duration `env:"EDGE_ANSWER_WITHIN" envDefault:"35s"`
	// LogLevel is debug, info, warn or error.
	LogLevel string `env:"LOG_LEVEL" envDefault:"info"`
}

// Config is what an edge needs.
type Config struct {
	Upstreams    map[Service]serviceclient.Addresses
	Frontend     serviceclient.Addresses // none: the plain page
	DemoLogin    string
	AnswerWithin time.Duration
}

// Load reads the settings; all faults are reported at once.
func Load(environ []string) (Settings, Config, error) {
	settings, err := process.Load[Settings](environ)
	if err != nil {
		return settings, Config{}, err
	}
	return settings, settings.config(), nil
}

func (s Settings) config() Config {
	return Config{
		Upstreams: map[Service]serviceclient.Addresses{
			Member: s.MemberURL, Content: s.ContentURL, Timeline: s.TimelineURL,
			Search: s.SearchURL, Image: s.ImageURL, Activity: s.ActivityURL,
		},
		Frontend: s.FrontendURL, DemoLogin: s.DemoLogin, AnswerWithin: s.AnswerWithin,
	}
}
