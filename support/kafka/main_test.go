package kafka_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/dailyfeed/dailyfeed/support/testenv"
)

// The test binary is also the member of a group that a test kills.
func TestMain(m *testing.M) {
	if settings := os.Getenv(memberEnv); settings != "" {
		playMember(settings)
		return
	}
	goleak.VerifyTestMain(testenv.With(m))
}
