package bundle_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/proto-contracts/internal/bundle"
)

func TestLoadRefusesASourceWithAMistake(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ old, new, fault string }{
		"a pointer to nothing":          {"'#/components/schemas/Thing'", "'#/components/schemas/Thin'", "nothing at #/components/schemas/Thin"},
		"a pointer to nothing shared":   {"parameters/PathID", "parameters/Path", "nothing at #/components/parameters/Path"},
		"a pointer to no component":     {"shared.yaml#/components/parameters/PathID", "shared.yaml#/paths", "is not a component"},
		"a path item that is not there": {"~1healthcheck~1live", "~1healthcheck~1alive", "path /healthcheck/live"},
		"a code of no table":            {"x-codes: [THING_NOT_FOUND]", "x-codes: [THING_LOST]", "no table has the code THING_LOST"},
		"a name that is shared too":     {"    Thing:\n", "    ID: {type: string}\n    Thing:\n", "is in shared.yaml and in the document"},
		"a failure written by hand":     {"{'200': {description: Gone.", "{'404': {description: x}, '200': {description: Gone.", "response 404 is written in the source and made of codes"},
		"a comma that makes a key":      {"description: It.", "description: It, that is", `"that is" has no value; quote texts with commas`},
		"a key twice":                   {"      operationId: getThing\n", "      operationId: getThing\n      operationId: getIt\n", "line"},
		"an anchor":                     {"required: [id, age]", "required: &r [id, age]\n      also: *r", "anchors and aliases are not used"},
		"no mapping":                    {thingSource, "- a", "want a mapping"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			changed := strings.Replace(thingSource, test.old, test.new, 1)
			require.NotEqual(t, thingSource, changed)
			_, err := bundle.Load(sources(changed), "thing")
			require.ErrorContains(t, err, test.fault)
		})
	}
}

func TestLoadRefusesAServiceWithoutSource(t *testing.T) {
	t.Parallel()
	_, err := bundle.Load(sources(thingSource), "nothing")
	require.ErrorContains(t, err, "read nothing.yaml")
}
