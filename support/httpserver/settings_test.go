package httpserver_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dailyfeed/dailyfeed/support/httpserver"
	"github.com/dailyfeed/dailyfeed/support/process"
)

func TestSettingsHaveTheContractsDefaults(t *testing.T) {
	t.Parallel()
	got, err := process.Load[httpserver.Settings](nil)
	require.NoError(t, err)
	require.Equal(t, httpserver.Settings{
		Port: 8080, AdminPort: -1, CORSAllowedOrigins: []string{"http://localhost:3000", "http://localhost:3001"},
		MaxInFlight: 512, ShutdownDelay: 5 * time.Second,
		WriteBurst: 100, WriteRate: 20, AddressWriteBurst: 1000, AddressWriteRate: 200,
	}, got)
}

func TestListsMayHaveSpaces(t *testing.T) {
	t.Parallel()
	settings, err := process.Load[httpserver.Settings](process.Environ{
		"CORS_ALLOWED_ORIGINS=https://a.example, https://b.example", "TRUSTED_PROXIES=10.0.0.0/8, ::1", "SHARED_CLIENT_ADDRESSES=10.1.2.3, 10.2.0.0/16",
	})
	require.NoError(t, err)
	_, err = httpserver.New(httpserver.Config{Settings: settings})
	require.NoError(t, err)
}

func TestAllMalformedSettingsAreReportedAtOnce(t *testing.T) {
	t.Parallel()
	_, err := httpserver.New(httpserver.Config{Settings: httpserver.Settings{
		CORSAllowedOrigins:    []string{"*", "localhost:3000", "https://a.example/", "null", "https://*.example", "https://ok.example"},
		TrustedProxies:        []string{"ingress", "10.0.0.0/33"},
		SharedClientAddresses: []string{"1.2.3"},
	}})
	for _, fault := range []string{`"*"`, `"localhost:3000"`, `"https://a.example/"`, `"null"`, `"https://*.example"`, `"ingress"`, `"10.0.0.0/33"`, `SHARED_CLIENT_ADDRESSES: "1.2.3"`} {
		require.ErrorContains(t, err, fault)
	}
	require.NotContains(t, err.Error(), "ok.example")
}
