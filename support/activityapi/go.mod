module github.com/dailyfeed/dailyfeed/support/activityapi

go 1.26.0

toolchain go1.26.8

replace (
	github.com/dailyfeed/dailyfeed/proto-contracts => ../../proto-contracts
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
	github.com/dailyfeed/dailyfeed/support/telemetry => ../../support/telemetry
	github.com/dailyfeed/dailyfeed/support/testenv => ../../support/testenv
	github.com/dailyfeed/dailyfeed/support/wallclock => ../../support/wallclock
)

require (
	github.com/dailyfeed/dailyfeed/proto-contracts v0.0.0
	github.com/dailyfeed/dailyfeed/support/deadletter v0.0.0
	github.com/dailyfeed/dailyfeed/support/kafka v0.0.0
	github.com/stretchr/testify v1.12.1
)

require (
	filippo.io/edwards25519 v1.2.0 // indirect
	github.com/dailyfeed/dailyfeed/support/idempotency v0.0.0 // indirect
	github.com/dailyfeed/dailyfeed/support/mysql v0.0.0 // indirect
	github.com/go-sql-driver/mysql v1.10.1 // indirect
	github.com/jinzhu/inflection v1.0.0 // indirect
	github.com/jinzhu/now v1.1.5 // indirect
	github.com/klauspost/compress v1.20.1 // indirect
	github.com/mfridman/interpolate v0.0.2 // indirect
	github.com/pierrec/lz4/v4 v4.1.33 // indirect
	github.com/pressly/goose/v3 v3.29.0 // indirect
	github.com/santhosh-tekuri/jsonschema/v6 v6.0.3 // indirect
	github.com/segmentio/kafka-go v0.4.51 // indirect
	github.com/sethvargo/go-retry v0.5.0 // indirect
	go.uber.org/multierr v1.11.0 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/sync v0.24.0 // indirect
	golang.org/x/text v0.43.0 // indirect
	gorm.io/driver/mysql v1.6.0 // indirect
	gorm.io/gorm v1.31.2 // indirect
)
