package ctl

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dailyfeed/dailyfeed/tools/pipeline"
)

// finding is one thing that the doctor looked at.
type finding struct {
	What   string `json:"what"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
	// Next is what to do where it is not well.
	Next string `json:"next,omitempty"`
}

func newDoctor(a *app) *cobra.Command {
	var w where
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Look at everything once, and say what to do about what is not well",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			addresses, err := a.addresses(w)
			if err != nil {
				return err
			}
			stores := pipeline.New(addresses, time.Now)
			defer stores.Close()
			findings := a.examine(cmd.Context(), stores)
			return a.showFindings(findings)
		},
	}
	operatorFlags(cmd, &w)
	return cmd
}

func (a *app) showFindings(findings []finding) error {
	rows, ill := make([][]any, len(findings)), 0
	for i, f := range findings {
		mark := "well"
		if !f.OK {
			mark = "ILL"
			ill++
		}
		rows[i] = []any{f.What, mark, f.Detail, f.Next}
	}
	if err := a.show(findings, []string{"WHAT", "", "DETAIL", "NEXT"}, rows); err != nil {
		return err
	}
	if ill > 0 {
		return fmt.Errorf("%w: %d of %d findings", errUnwell, ill, len(findings))
	}
	return nil
}

func (a *app) examine(ctx context.Context, s *pipeline.Stores) (findings []finding) {
	for _, check := range s.Ping(ctx) {
		f := finding{What: check.Store, OK: check.OK, Detail: "answers in " + round(check.Took)}
		if !check.OK {
			f.Detail, f.Next = check.Error, "start it, or see whether its address is right"
		}
		findings = append(findings, f)
	}
	findings = append(findings, a.examineServices(ctx)...)
	findings = append(findings, examineTopics(ctx, s)...)
	return append(findings, examineLetters(ctx, s), examineKeys(ctx, s))
}

// examineServices asks the services of the fleet that runs here, or those that the
// environment names, such as MEMBER_URL.
func (a *app) examineServices(ctx context.Context) (findings []finding) {
	urls := map[string]string{}
	if state, err := a.fleetState(); err == nil {
		urls = state.URLs
	}
	for _, service := range []string{"member", "content", "timeline", "search", "image", "activity"} {
		if url := a.Environ(strings.ToUpper(service) + "_URL"); url != "" {
			urls[service], _, _ = strings.Cut(url, ",")
		}
	}
	for _, service := range slices.Sorted(maps.Keys(urls)) {
		findings = append(findings, examineService(ctx, service, urls[service]))
	}
	return findings
}

const (
	askWithin  = 5 * time.Second
	maxAnswer  = 4096
	tooOld     = 5 * time.Minute
	lagTooMany = 10_000
)

func examineService(ctx context.Context, service, url string) finding {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	f := finding{What: service, Next: "its log tells why; docs/runbooks/ServiceDown.md"}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/healthcheck/ready", nil)
	if err != nil {
		f.Detail = err.Error()
		return f
	}
	response, err := (&http.Client{Timeout: askWithin}).Do(request)
	if err != nil {
		f.Detail = err.Error()
		return f
	}
	defer func() { _ = response.Body.Close() }()
	text, _ := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if f.Detail = strings.TrimSpace(string(text)); response.StatusCode == http.StatusOK {
		return finding{What: service, OK: true, Detail: "ready"}
	}
	return f
}

func examineTopics(ctx context.Context, s *pipeline.Stores) []finding {
	topics, err := s.ListTopics(ctx)
	if err != nil {
		return []finding{{What: "topics", Detail: err.Error(), Next: "see Kafka above"}}
	}
	there, lag := finding{What: "topics", OK: true}, finding{What: "lag", OK: true}
	names, behind := map[string]bool{}, map[string]int64{}
	for _, topic := range topics {
		names[topic.Name] = true
		for service, records := range topic.Lag {
			behind[service] += records
		}
	}
	there.Detail = fmt.Sprintf("%d days", len(topics))
	if missing := s.MissingTopics(names); len(missing) > 0 {
		there = finding{What: "topics", Detail: "missing: " + strings.Join(missing, ", "), Next: "content ensure-topics; docs/runbooks/lost-topic.md"}
	}
	var parts []string
	for _, service := range pipeline.Services() {
		parts = append(parts, fmt.Sprintf("%s %d", service, behind[service]))
		lag.OK = lag.OK && behind[service] < lagTooMany
	}
	if lag.Detail = strings.Join(parts, ", "); !lag.OK {
		lag.Next = "docs/runbooks/lag.md"
	}
	return []finding{there, lag}
}

func examineLetters(ctx context.Context, s *pipeline.Stores) finding {
	letters, err := s.ListLetters(ctx, pipeline.LetterFilter{Limit: 1 << 20})
	if err != nil {
		return finding{What: "dead letters", Detail: err.Error(), Next: "docs/runbooks/dead-letters.md"}
	}
	states, old := map[string]int{}, 0
	for _, l := range letters {
		states[l.State]++
		if (l.State == pipeline.StateWaiting || l.State == pipeline.StateLeased) && time.Since(l.CreatedAt) > tooOld {
			old++
		}
	}
	f := finding{What: "dead letters", OK: true, Detail: fmt.Sprintf("waiting %d, parked %d", states[pipeline.StateWaiting]+states[pipeline.StateLeased], states[pipeline.StateParked])}
	switch {
	case states[pipeline.StateParked] > 0:
		f.OK, f.Next = false, "docs/runbooks/parked-letters.md"
	case old > 0:
		f.OK, f.Next = false, "docs/runbooks/dead-letters.md"
	}
	return f
}

func examineKeys(ctx context.Context, s *pipeline.Stores) finding {
	keys, err := s.ListKeys(ctx)
	if err != nil {
		return finding{What: "signing key", Detail: err.Error()}
	}
	for _, key := range keys {
		if key.State == "signs" {
			return finding{What: "signing key", OK: true, Detail: key.KeyID + " signs for " + ago(key.ActivatedAt)}
		}
	}
	return finding{What: "signing key", Detail: "none signs", Next: "member rotate-keys; docs/runbooks/key-rotation.md"}
}
