module github.com/dailyfeed/dailyfeed/support/rediscache

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
	github.com/dailyfeed/dailyfeed/support/serviceclient => ../../support/serviceclient
	github.com/dailyfeed/dailyfeed/support/telemetry => ../../support/telemetry
	github.com/dailyfeed/dailyfeed/support/testenv => ../../support/testenv
	github.com/dailyfeed/dailyfeed/support/wallclock => ../../support/wallclock
)

require (
	github.com/dailyfeed/dailyfeed/support/idempotency v0.0.0
	github.com/dailyfeed/dailyfeed/support/testenv v0.0.0
	github.com/redis/go-redis/v9 v9.23.0
	github.com/stretchr/testify v1.12.1
)

require (
	filippo.io/edwards25519 v1.2.0 // indirect
	github.com/cespare/xxhash/v2 v2.3.0 // indirect
	github.com/go-sql-driver/mysql v1.10.1 // indirect
	github.com/klauspost/compress v1.20.1 // indirect
	github.com/pierrec/lz4/v4 v4.1.33 // indirect
	github.com/segmentio/kafka-go v0.4.51 // indirect
	github.com/xdg-go/pbkdf2 v1.0.0 // indirect
	github.com/xdg-go/scram v1.2.0 // indirect
	github.com/xdg-go/stringprep v1.0.4 // indirect
	github.com/youmark/pkcs8 v0.0.0-20240726163527-a2c0da244d78 // indirect
	go.mongodb.org/mongo-driver/v2 v2.9.3 // indirect
	go.uber.org/atomic v1.12.0 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/crypto v0.58.0 // indirect
	golang.org/x/sync v0.24.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/text v0.43.0 // indirect
)
