package serviceclient

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// Addresses are where a neighbour is: the base URLs of its replicas, separated
// by commas in a setting. In a cluster it is one, behind which the cluster
// chooses a replica; where nobody does that, the client takes turns.
type Addresses struct{ urls []*url.URL }

var errBaseURL = errors.New("must be http(s)://host[:port] without a path")

// ParseAddresses reads what UnmarshalText reads.
func ParseAddresses(list string) (Addresses, error) {
	var a Addresses
	err := a.UnmarshalText([]byte(list))
	return a, err
}

// UnmarshalText implements encoding.TextUnmarshaler, for settings.
func (a *Addresses) UnmarshalText(list []byte) error {
	var urls []*url.URL
	for text := range strings.SplitSeq(string(list), ",") {
		parsed, err := parseBase(strings.TrimSpace(text))
		if err != nil {
			return err
		}
		urls = append(urls, parsed)
	}
	if len(urls) > maxReplicas {
		return fmt.Errorf("%d addresses: %w", len(urls), errTooMany)
	}
	a.urls = urls
	return nil
}

var errTooMany = fmt.Errorf("may be %d at most", maxReplicas)

func parseBase(text string) (*url.URL, error) {
	parsed, err := url.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errBaseURL, err)
	}
	if (parsed.Scheme != "http" && parsed.Scheme != "https") || parsed.Host == "" || strings.Trim(parsed.Path, "/") != "" {
		return nil, fmt.Errorf("%w: %q", errBaseURL, text)
	}
	return &url.URL{Scheme: parsed.Scheme, Host: parsed.Host}, nil
}

// Base is the first address, without a slash at its end; "" where there is none.
// Clients are made with it: a Transport that knows all addresses sends what
// goes to this one to any of them.
func (a Addresses) Base() string {
	if len(a.urls) == 0 {
		return ""
	}
	return a.urls[0].String()
}

// URLs are all of them.
func (a Addresses) URLs() []*url.URL { return a.urls }
