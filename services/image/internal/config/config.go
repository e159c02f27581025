// Package config is the settings of image, read from the environment.
package config

import (
	"errors"

	"github.com/dailyfeed/dailyfeed/support/httpserver"
	"github.com/dailyfeed/dailyfeed/support/process"
	"github.com/dailyfeed/dailyfeed/support/serviceclient"
	"github.com/dailyfeed/dailyfeed/support/telemetry"
)

// Config is everything that an operator can set. The README's table is made
// from it.
type Config struct {
	httpserver.Settings
	// Tracing says where traces go.
	Tracing telemetry.Settings
	// LogLevel is debug, info, warn or error.
	LogLevel string `env:"LOG_LEVEL" envDefault:"info"`
	// ImageBucket is where pictures are kept: file:///data/images on a volume, or s3://name?region=….
	ImageBucket string `env:"IMAGE_BUCKET,required"`
	// ImageMaxBytes bounds an uploaded file, in bytes.
	ImageMaxBytes int64 `env:"IMAGE_MAX_BYTES" envDefault:"5242880"`
	// ImageMaxPixels bounds width × height of an upload.
	ImageMaxPixels int64 `env:"IMAGE_MAX_PIXELS" envDefault:"50000000"`
	// ImageDecodingMemory bounds what all decoding takes at once, in bytes; a picture that would take more alone takes all of it.
	ImageDecodingMemory int64 `env:"IMAGE_DECODING_MEMORY" envDefault:"92274688"`
	// ImageSpoolFolder is where uploads are kept while they arrive; empty is the system's folder for temporary files.
	ImageSpoolFolder string `env:"IMAGE_SPOOL_FOLDER"`
	// ImageSpoolBytes bounds what uploads that arrive take there at once, in bytes.
	ImageSpoolBytes int64 `env:"IMAGE_SPOOL_BYTES" envDefault:"536870912"`
	// ImageMinUploadRate is the slowest that a client may be on average, in bytes a second, after 10 s of grace.
	ImageMinUploadRate int64 `env:"IMAGE_MIN_UPLOAD_RATE" envDefault:"16384"`
	// ImageUploadsPerDay is how many pictures a member may upload in a day of UTC; 0 is no limit.
	ImageUploadsPerDay int64 `env:"IMAGE_UPLOADS_PER_DAY" envDefault:"100"`
	// RedisAddr is host:port of the Redis that holds revocations and answers of repeated requests.
	RedisAddr string `env:"REDIS_ADDR,required"`
	// RedisPassword is empty where Redis asks for none.
	RedisPassword process.Secret `env:"REDIS_PASSWORD"`
	// RedisDB is the number of the database.
	RedisDB int `env:"REDIS_DB" envDefault:"0"`
	// MemberURL is member's base URL (of several replicas by comma): introspection, keys, which pictures are used.
	MemberURL serviceclient.Addresses `env:"MEMBER_URL,required"`
	// JWKSURL is where member publishes its keys. Default: MEMBER_URL/.well-known/jwks.json.
	JWKSURL string `env:"JWKS_URL"`
}

// Check implements process.Checked.
func (c *Config) Check() error {
	var faults []error
	if c.ImageMaxBytes < 1 || c.ImageMaxPixels < 1 || c.ImageDecodingMemory < 1 {
		faults = append(faults, errors.New("IMAGE_MAX_BYTES, IMAGE_MAX_PIXELS, IMAGE_DECODING_MEMORY: must be positive"))
	}
	if c.ImageSpoolBytes < 1 || c.ImageMinUploadRate < 1 || c.ImageUploadsPerDay < 0 {
		faults = append(faults, errors.New("IMAGE_SPOOL_BYTES, IMAGE_MIN_UPLOAD_RATE: must be positive; IMAGE_UPLOADS_PER_DAY: must not be negative"))
	}
	if c.JWKSURL == "" {
		c.JWKSURL = c.MemberURL.Base() + "/.well-known/jwks.json"
	}
	return errors.Join(faults...)
}
