package bundle

import "strings"

// Publish returns a copy of a finished document without the hints that are for
// Go only: the document that the service serves at /openapi.json.
func Publish(finished *Object) *Object {
	published := finished.Clone()
	walk(published, func(o *Object) {
		for _, key := range o.Keys() {
			if strings.HasPrefix(key, "x-go-") || key == "x-enum-varnames" {
				o.Delete(key)
			}
		}
	})
	return published
}
