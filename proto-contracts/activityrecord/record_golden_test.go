package activityrecord_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/dailyfeed/dailyfeed/proto-contracts/activityrecord"
)

var update = flag.Bool("update", false, "write the golden files again")

// Records of every type, as they were when the contract was first released. The
// values must stay readable for ever: a topic may hold them, and so may a dead letter.
func TestEncode_EveryTypeHasTheRecordOfTheContract(t *testing.T) {
	t.Parallel()
	for _, kind := range activityrecord.Types() {
		t.Run(activityrecord.TypeName(kind), func(t *testing.T) {
			t.Parallel()
			record, err := activityrecord.Encode(eventOf(kind), activityrecord.Origin{
				Source: "/dailyfeed/test", Traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
			})
			require.NoError(t, err)
			want := golden(t, record)
			got := record
			got.Value, want.Value = nil, nil
			require.Equal(t, want, got)
		})
	}
}

func TestDecode_ReadsWhatWasReleased(t *testing.T) {
	t.Parallel()
	for _, kind := range activityrecord.Types() {
		t.Run(activityrecord.TypeName(kind), func(t *testing.T) {
			t.Parallel()
			e, err := activityrecord.Decode(readGolden(t, kind).Value)
			require.NoError(t, err)
			require.True(t, proto.Equal(eventOf(kind), e), "got %v", e)
		})
	}
}

func golden(t *testing.T, record activityrecord.Record) activityrecord.Record {
	t.Helper()
	e, err := activityrecord.Decode(record.Value)
	require.NoError(t, err)
	if *update {
		record.Value = releasedValue(t, e.GetType(), record.Value)
		body, err := json.MarshalIndent(record, "", "  ")
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(goldenPath(e.GetType()), append(body, '\n'), 0o600))
	}
	return readGolden(t, e.GetType())
}

// releasedValue keeps the bytes of a type that was released before: -update must
// not hide that they can no longer be read.
func releasedValue(t *testing.T, kind activityrecord.Type, fresh []byte) []byte {
	t.Helper()
	if _, err := os.Stat(goldenPath(kind)); err != nil {
		return fresh
	}
	return readGolden(t, kind).Value
}

func readGolden(t *testing.T, kind activityrecord.Type) activityrecord.Record {
	t.Helper()
	body, err := os.ReadFile(goldenPath(kind))
	require.NoError(t, err)
	var record activityrecord.Record
	require.NoError(t, json.Unmarshal(body, &record))
	return record
}

func goldenPath(kind activityrecord.Type) string {
	return filepath.Join("testdata", activityrecord.TypeName(kind)+".golden.json")
}
