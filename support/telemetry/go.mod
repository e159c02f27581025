module github.com/dailyfeed/dailyfeed/support/telemetry

go 1.26.0

toolchain go1.26.8

replace (
	github.com/dailyfeed/dailyfeed/proto-contracts => ../../proto-contracts
	github.com/dailyfeed/dailyfeed/support/activityapi => ../../support/activityapi
	github.com/dailyfeed/dailyfeed/support/apierr => ../../support/apierr
	github.com/dailyfeed/dailyfeed/support/auth => ../../support/auth
	github.com/dailyfeed/dailyfeed/support/deadletter => ../../support/deadletter
	github.com/dailyfeed/dailyfeed/support/httpserver => ../../support/httpserver
	github.com/dailyfeed/dailyfeed/support/idempotency => ../../support/idempotency
	github.com/dailyfeed/dailyfeed/support/kafka => ../../support/kafka
	github.com/dailyfeed/dailyfeed/support/listenerletter => ../../support/listenerletter
	github.com/dailyfeed/dailyfeed/support/memberdirectory => ../../support/memberdirectory
	github.com/dailyfeed/dailyfeed/support/metrics => ../../support/metrics
	github.com/dailyfeed/dailyfeed/support/mongo => ../../support/mongo
	github.com/dailyfeed/dailyfeed/support/mysql => ../../support/mysql
	github.com/dailyfeed/dailyfeed/support/pagination => ../../support/pagination
	github.com/dailyfeed/dailyfeed/support/process => ../../support/process
	github.com/dailyfeed/dailyfeed/support/rediscache => ../../support/rediscache
	github.com/dailyfeed/dailyfeed/support/serviceclient => ../../support/serviceclient
	github.com/dailyfeed/dailyfeed/support/testenv => ../../support/testenv
	github.com/dailyfeed/dailyfeed/support/wallclock => ../../support/wallclock
)

require (
	github.com/XSAM/otelsql v0.44.0
	github.com/stretchr/testify v1.12.1
	go.opentelemetry.io/otel v1.47.0
	go.opentelemetry.io/otel/exporters/otlp/otlptrace v1.47.0
	go.opentelemetry.io/otel/metric v1.47.0
	go.opentelemetry.io/otel/sdk v1.47.0
	go.opentelemetry.io/otel/trace v1.47.0
	go.opentelemetry.io/proto/otlp v1.11.0
	go.uber.org/goleak v1.3.0
	google.golang.org/protobuf v1.36.12
)

require (
	github.com/cespare/xxhash/v2 v2.3.0 // indirect
	github.com/go-logr/logr v1.4.4 // indirect
	github.com/go-logr/stdr v1.2.2 // indirect
	github.com/google/uuid v1.6.0 // indirect
	github.com/grpc-ecosystem/grpc-gateway/v2 v2.30.0 // indirect
	go.opentelemetry.io/auto/sdk v1.2.1 // indirect
	go.opentelemetry.io/otel/log v1.47.0 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/net v0.61.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/text v0.43.0 // indirect
	google.golang.org/genproto/googleapis/api v0.0.0-20261005182115-fad411399dd8 // indirect
	google.golang.org/genproto/googleapis/rpc v0.0.0-20261005182115-fad411399dd8 // indirect
	google.golang.org/grpc v1.84.0 // indirect
)
