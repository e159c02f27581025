package seed

import (
	"net/http"
	"strconv"
	"time"
)

// patient is a transport that waits when it is told to: a seed is faster than
// any member, and meets the limits of the contract.
type patient struct {
	next *http.Transport
}

const (
	patientTries = 30
	longestWait  = 10 * time.Second
)

func newPatient(connections int) *patient {
	return &patient{next: &http.Transport{MaxIdleConnsPerHost: connections}}
}

func (p *patient) close() { p.next.CloseIdleConnections() }

// RoundTrip implements http.RoundTripper.
func (p *patient) RoundTrip(request *http.Request) (*http.Response, error) {
	for try := 1; ; try++ {
		response, err := p.next.RoundTrip(request)
		if err != nil || try == patientTries || response.StatusCode != http.StatusTooManyRequests {
			return response, err
		}
		again := request.Clone(request.Context())
		if request.GetBody != nil {
			if again.Body, err = request.GetBody(); err != nil {
				return response, nil //nolint:nilerr // the answer says what is wrong
			}
		}
		timer := time.NewTimer(waitOf(response))
		select {
		case <-timer.C:
		case <-request.Context().Done():
			timer.Stop()
			return response, nil
		}
		_ = response.Body.Close()
		request = again
	}
}

func waitOf(response *http.Response) time.Duration {
	seconds, err := strconv.Atoi(response.Header.Get("Retry-After"))
	if err != nil || seconds < 1 {
		return time.Second
	}
	return min(time.Duration(seconds)*time.Second, longestWait)
}
