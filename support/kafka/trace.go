package kafka

import "slices"

// traceParent is the header that says which trace a record belongs to.
const traceParent = "traceparent"

// traceParentOf is "" where there is none.
func traceParentOf(headers []Header) string {
	if i := slices.IndexFunc(headers, isTraceParent); i >= 0 {
		return string(headers[i].Value)
	}
	return ""
}

func isTraceParent(h Header) bool { return h.Key == traceParent }

// trace begins the spans of records that belong to traces. The records that it
// returns carry those spans; end ends them with their results.
func (p *Producer) trace(records []Record) (traced []Record, end func(results []error)) {
	traced = slices.Clone(records)
	ends := make([]func(error), len(records))
	for i := range traced {
		parent := traceParentOf(traced[i].Headers)
		if parent == "" {
			continue
		}
		own, end := p.config.Trace(parent, traced[i].Topic)
		if end == nil {
			continue
		}
		ends[i] = end
		headers := slices.DeleteFunc(slices.Clone(traced[i].Headers), isTraceParent)
		headers = append(headers, Header{Key: traceParent, Value: []byte(own)})
		traced[i].Headers = headers
	}
	return traced, func(results []error) {
		for i, end := range ends {
			if end != nil {
				end(results[i])
			}
		}
	}
}

// traceParentsOf are those of a batch, at their records' indexes.
func traceParentsOf(batch []Message) []string {
	parents := make([]string, len(batch))
	for i := range batch {
		parents[i] = traceParentOf(batch[i].Headers)
	}
	return parents
}
