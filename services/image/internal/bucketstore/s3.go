package bucketstore

import _ "gocloud.dev/blob/s3blob" // s3:// buckets
