package scenario

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// metric is the sum over all labels of a service's metric.
func (b *Bench) metric(ctx context.Context, service, name string) (sum float64, err error) {
	address, err := url.Parse(b.URL(service))
	if err != nil {
		return 0, fmt.Errorf("metrics of %s: %w", service, err)
	}
	port, err := strconv.Atoi(address.Port())
	if err != nil {
		return 0, fmt.Errorf("metrics of %s: %w", service, err)
	}
	const adminStep = 1000
	text, err := b.ask(ctx, http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d/metrics", port+adminStep), 0, nil)
	if err != nil {
		return 0, fmt.Errorf("metrics of %s: %w", service, err)
	}
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		line := lines.Text()
		if !strings.HasPrefix(line, name+" ") && !strings.HasPrefix(line, name+"{") {
			continue
		}
		value, err := strconv.ParseFloat(line[strings.LastIndexByte(line, ' ')+1:], 64)
		if err != nil {
			return 0, fmt.Errorf("metric %s of %s: %w", name, service, err)
		}
		sum += value
	}
	return sum, nil
}
