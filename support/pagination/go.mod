module github.com/dailyfeed/dailyfeed/support/pagination

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
	github.com/dailyfeed/dailyfeed/support/process => ../../support/process
	github.com/dailyfeed/dailyfeed/support/rediscache => ../../support/rediscache
	github.com/dailyfeed/dailyfeed/support/serviceclient => ../../support/serviceclient
	github.com/dailyfeed/dailyfeed/support/telemetry => ../../support/telemetry
	github.com/dailyfeed/dailyfeed/support/testenv => ../../support/testenv
	github.com/dailyfeed/dailyfeed/support/wallclock => ../../support/wallclock
)

require github.com/dailyfeed/dailyfeed/support/apierr v0.0.0

require (
	github.com/stretchr/testify v1.12.1
	go.yaml.in/yaml/v3 v3.0.5 // indirect
)
