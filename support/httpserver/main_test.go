package httpserver_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/dailyfeed/dailyfeed/support/testenv"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(testenv.With(m)) }
