module github.com/dailyfeed/dailyfeed/services/content

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
	github.com/dailyfeed/dailyfeed/support/apierr v0.0.0
	github.com/dailyfeed/dailyfeed/support/mysql v0.0.0
)

require (
	github.com/google/uuid v1.6.0 // indirect
	github.com/stretchr/testify v1.12.1 // indirect
)

require (
	filippo.io/edwards25519 v1.2.0 // indirect
	github.com/dailyfeed/dailyfeed/proto-contracts v0.0.0
	github.com/dailyfeed/dailyfeed/support/auth v0.0.0
	github.com/dailyfeed/dailyfeed/support/deadletter v0.0.0
	github.com/dailyfeed/dailyfeed/support/httpserver v0.0.0
	github.com/dailyfeed/dailyfeed/support/idempotency v0.0.0 // indirect
	github.com/dailyfeed/dailyfeed/support/kafka v0.0.0
	github.com/dailyfeed/dailyfeed/support/memberdirectory v0.0.0
	github.com/dailyfeed/dailyfeed/support/metrics v0.0.0
	github.com/dailyfeed/dailyfeed/support/pagination v0.0.0
	github.com/dailyfeed/dailyfeed/support/process v0.0.0
	github.com/dailyfeed/dailyfeed/support/rediscache v0.0.0
	github.com/dailyfeed/dailyfeed/support/testenv v0.0.0
	github.com/dailyfeed/dailyfeed/support/wallclock v0.0.0
	github.com/go-sql-driver/mysql v1.10.1 // indirect
	github.com/jinzhu/inflection v1.0.0 // indirect
	github.com/jinzhu/now v1.1.5 // indirect
	github.com/mfridman/interpolate v0.0.2 // indirect
	github.com/pressly/goose/v3 v3.29.0 // indirect
	github.com/sethvargo/go-retry v0.5.0 // indirect
	go.uber.org/multierr v1.11.0 // indirect
	golang.org/x/sync v0.24.0 // indirect
	golang.org/x/text v0.43.0 // indirect
	gorm.io/driver/mysql v1.6.0 // indirect
	gorm.io/gorm v1.31.2 // indirect
)
