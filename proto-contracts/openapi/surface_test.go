package openapi_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/internal/bundle"
)

var update = flag.Bool("update", false, "write the golden files")

// The golden file is the whole surface on one page: what a reviewer has to see
// when it changes. A line is: method, path, operation, credentials, then each
// HTTP status with the contract's own number or with its codes.
func TestSurfaceIsAsAgreed(t *testing.T) {
	t.Parallel()
	eachDocument(t, func(t *testing.T, service string, document *bundle.Object) {
		var lines strings.Builder
		for _, o := range operations(document) {
			fmt.Fprintf(&lines, "%s %s %s\n", o, o.Text("operationId"), credentials(o))
			responses := o.Object.Object("responses")
			for _, status := range responses.Keys() {
				fmt.Fprintf(&lines, "  %s %s\n", status, meaning(responses.Object(status)))
			}
		}
		golden := "testdata/" + service + ".golden.txt"
		if *update {
			require.NoError(t, os.WriteFile(golden, []byte(lines.String()), 0o644))
		}
		want, err := os.ReadFile(golden)
		require.NoError(t, err)
		require.Equal(t, string(want), lines.String())
	})
}

func credentials(o operation) string {
	if len(o.schemes()) == 0 {
		return "public"
	}
	return strings.Join(o.schemes(), "|")
}

// meaning is the contract's number of a success, or the codes of a failure.
func meaning(response *bundle.Object) string {
	if ref := response.Text("$ref"); ref != "" {
		_, codes, _ := strings.Cut(ref, ".")
		return strings.ReplaceAll(codes, ".", " ")
	}
	media := response.Child("content").Object("application/json")
	if media == nil || media.Child("schema").Object("properties") == nil {
		return strings.Join(response.Child("content").Keys(), " ")
	}
	properties := media.Object("schema").Object("properties")
	return fmt.Sprintf("status %v, data %s", properties.Object("status").Value("const"), payload(properties.Object("data")))
}

func payload(schema *bundle.Object) string {
	if items := schema.Object("items"); items != nil {
		return payload(items) + "[]"
	}
	return strings.TrimPrefix(schema.Text("$ref"), "#/components/schemas/")
}
