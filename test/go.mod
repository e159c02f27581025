module github.com/dailyfeed/dailyfeed/test

go 1.26.0

toolchain go1.26.8

replace (
	github.com/dailyfeed/dailyfeed/proto-contracts => ../proto-contracts
	github.com/dailyfeed/dailyfeed/support/activityapi => ../support/activityapi
	github.com/dailyfeed/dailyfeed/support/apierr => ../support/apierr
	github.com/dailyfeed/dailyfeed/support/auth => ../support/auth
	github.com/dailyfeed/dailyfeed/support/deadletter => ../support/deadletter
	github.com/dailyfeed/dailyfeed/support/httpserver => ../support/httpserver
	github.com/dailyfeed/dailyfeed/support/idempotency => ../support/idempotency
	github.com/dailyfeed/dailyfeed/support/kafka => ../support/kafka
	github.com/dailyfeed/dailyfeed/support/listenerletter => ../support/listenerletter
	github.com/dailyfeed/dailyfeed/support/memberdirectory => ../support/memberdirectory
	github.com/dailyfeed/dailyfeed/support/metrics => ../support/metrics
	github.com/dailyfeed/dailyfeed/support/mongo => ../support/mongo
	github.com/dailyfeed/dailyfeed/support/mysql => ../support/mysql
	github.com/dailyfeed/dailyfeed/support/pagination => ../support/pagination
	github.com/dailyfeed/dailyfeed/support/process => ../support/process
	github.com/dailyfeed/dailyfeed/support/rediscache => ../support/rediscache
	github.com/dailyfeed/dailyfeed/support/serviceclient => ../support/serviceclient
	github.com/dailyfeed/dailyfeed/support/telemetry => ../support/telemetry
	github.com/dailyfeed/dailyfeed/support/testenv => ../support/testenv
	github.com/dailyfeed/dailyfeed/support/wallclock => ../support/wallclock
	github.com/dailyfeed/dailyfeed/tools => ../tools
)

require (
	github.com/HdrHistogram/hdrhistogram-go v1.4.0
	github.com/Shopify/toxiproxy/v2 v2.5.0
	github.com/dailyfeed/dailyfeed/proto-contracts v0.0.0
	github.com/dailyfeed/dailyfeed/support/auth v0.0.0
	github.com/dailyfeed/dailyfeed/support/mysql v0.0.0
	github.com/dailyfeed/dailyfeed/support/telemetry v0.0.0
	github.com/dailyfeed/dailyfeed/tools v0.0.0
	github.com/gin-gonic/gin v1.12.0
	github.com/prometheus/client_golang v1.25.0
	github.com/redis/go-redis/v9 v9.23.0
	github.com/rs/zerolog v1.35.1
	go.uber.org/goleak v1.3.0
)

require (
	github.com/XSAM/otelsql v0.44.0 // indirect
	github.com/beorn7/perks v1.0.1 // indirect
	github.com/bytedance/gopkg v0.1.3 // indirect
	github.com/bytedance/sonic v1.15.0 // indirect
	github.com/bytedance/sonic/loader v0.5.0 // indirect
	github.com/caarlos0/env/v11 v11.4.2 // indirect
	github.com/cespare/xxhash/v2 v2.3.0 // indirect
	github.com/cloudwego/base64x v0.1.6 // indirect
	github.com/dailyfeed/dailyfeed/support/deadletter v0.0.0 // indirect
	github.com/dailyfeed/dailyfeed/support/idempotency v0.0.0 // indirect
	github.com/dailyfeed/dailyfeed/support/kafka v0.0.0 // indirect
	github.com/dailyfeed/dailyfeed/support/listenerletter v0.0.0 // indirect
	github.com/dailyfeed/dailyfeed/support/process v0.0.0 // indirect
	github.com/dailyfeed/dailyfeed/support/rediscache v0.0.0 // indirect
	github.com/gabriel-vasile/mimetype v1.4.12 // indirect
	github.com/gin-contrib/sse v1.1.0 // indirect
	github.com/go-json-experiment/json v0.0.0-20260820222146-c27c302e5fc3 // indirect
	github.com/go-logr/logr v1.4.4 // indirect
	github.com/go-logr/stdr v1.2.2 // indirect
	github.com/go-playground/locales v0.14.1 // indirect
	github.com/go-playground/universal-translator v0.18.1 // indirect
	github.com/go-playground/validator/v10 v10.30.1 // indirect
	github.com/goccy/go-json v0.10.5 // indirect
	github.com/goccy/go-yaml v1.19.2 // indirect
	github.com/golang-jwt/jwt/v5 v5.3.1 // indirect
	github.com/google/uuid v1.6.0 // indirect
	github.com/gorilla/mux v1.8.0 // indirect
	github.com/grpc-ecosystem/grpc-gateway/v2 v2.30.0 // indirect
	github.com/hashicorp/golang-lru/v2 v2.0.7 // indirect
	github.com/inconshreveable/mousetrap v1.1.0 // indirect
	github.com/jinzhu/inflection v1.0.0 // indirect
	github.com/jinzhu/now v1.1.5 // indirect
	github.com/json-iterator/go v1.1.12 // indirect
	github.com/klauspost/cpuid/v2 v2.4.0 // indirect
	github.com/leodido/go-urn v1.4.0 // indirect
	github.com/mattn/go-colorable v0.1.14 // indirect
	github.com/mattn/go-isatty v0.0.24 // indirect
	github.com/mfridman/interpolate v0.0.2 // indirect
	github.com/modern-go/concurrent v0.0.0-20180306012644-bacd9c7ef1dd // indirect
	github.com/modern-go/reflect2 v1.0.2 // indirect
	github.com/munnerz/goautoneg v0.0.0-20191010083416-a7dc8b61c822 // indirect
	github.com/pelletier/go-toml/v2 v2.2.4 // indirect
	github.com/pressly/goose/v3 v3.29.0 // indirect
	github.com/prometheus/client_model v0.6.3 // indirect
	github.com/prometheus/common v0.72.0 // indirect
	github.com/prometheus/procfs v0.22.0 // indirect
	github.com/quic-go/qpack v0.6.0 // indirect
	github.com/quic-go/quic-go v0.59.0 // indirect
	github.com/rs/xid v1.6.0 // indirect
	github.com/santhosh-tekuri/jsonschema/v6 v6.0.3 // indirect
	github.com/sethvargo/go-retry v0.5.0 // indirect
	github.com/sony/gobreaker/v2 v2.4.0 // indirect
	github.com/spf13/cobra v1.10.2 // indirect
	github.com/spf13/pflag v1.0.10 // indirect
	github.com/twitchyliquid64/golang-asm v0.15.1 // indirect
	github.com/ugorji/go/codec v1.3.1 // indirect
	go.opentelemetry.io/auto/sdk v1.2.1 // indirect
	go.opentelemetry.io/otel v1.47.0 // indirect
	go.opentelemetry.io/otel/exporters/otlp/otlptrace v1.47.0 // indirect
	go.opentelemetry.io/otel/log v1.47.0 // indirect
	go.opentelemetry.io/otel/metric v1.47.0 // indirect
	go.opentelemetry.io/otel/sdk v1.47.0 // indirect
	go.opentelemetry.io/otel/trace v1.47.0 // indirect
	go.opentelemetry.io/proto/otlp v1.11.0 // indirect
	go.uber.org/atomic v1.12.0 // indirect
	go.uber.org/multierr v1.11.0 // indirect
	golang.org/x/arch v0.22.0 // indirect
	golang.org/x/net v0.61.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/time v0.16.0 // indirect
	google.golang.org/genproto/googleapis/api v0.0.0-20261005182115-fad411399dd8 // indirect
	google.golang.org/genproto/googleapis/rpc v0.0.0-20261005182115-fad411399dd8 // indirect
	google.golang.org/grpc v1.84.0 // indirect
	google.golang.org/protobuf v1.36.12 // indirect
	gopkg.in/tomb.v1 v1.0.0-20141024135613-dd632973f1e7 // indirect
	gorm.io/driver/mysql v1.6.0 // indirect
	gorm.io/gorm v1.31.2 // indirect
)

require (
	filippo.io/edwards25519 v1.2.0 // indirect
	github.com/dailyfeed/dailyfeed/support/apierr v0.0.0
	github.com/dailyfeed/dailyfeed/support/httpserver v0.0.0
	github.com/dailyfeed/dailyfeed/support/metrics v0.0.0
	github.com/dailyfeed/dailyfeed/support/mongo v0.0.0
	github.com/dailyfeed/dailyfeed/support/serviceclient v0.0.0
	github.com/dailyfeed/dailyfeed/support/testenv v0.0.0
	github.com/go-sql-driver/mysql v1.10.1
	github.com/klauspost/compress v1.20.1 // indirect
	github.com/pierrec/lz4/v4 v4.1.33 // indirect
	github.com/segmentio/kafka-go v0.4.51 // indirect
	github.com/stretchr/testify v1.12.1
	github.com/xdg-go/pbkdf2 v1.0.0 // indirect
	github.com/xdg-go/scram v1.2.0 // indirect
	github.com/xdg-go/stringprep v1.0.4 // indirect
	github.com/youmark/pkcs8 v0.0.0-20240726163527-a2c0da244d78 // indirect
	go.mongodb.org/mongo-driver/v2 v2.9.3
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/crypto v0.58.0 // indirect
	golang.org/x/sync v0.24.0
	golang.org/x/text v0.43.0 // indirect
)
