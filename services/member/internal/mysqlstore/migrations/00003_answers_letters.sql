-- +goose Up
CREATE TABLE member_idempotency_keys (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  member_id BIGINT NOT NULL,
  method VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  path VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `key` VARCHAR(300) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  request_hash BINARY(32) NOT NULL,
  status SMALLINT UNSIGNED NOT NULL,
  response MEDIUMBLOB NOT NULL,
  expires_at DATETIME(6) NOT NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_member_idempotency_keys (member_id, method, path, `key`),
  KEY ix_member_idempotency_keys_expires_at (expires_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE member_publisher_dead_letters (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  event_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  message_key VARCHAR(300) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  topic VARCHAR(249) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  order_key VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  partition_id BIGINT NOT NULL,
  partition_key VARBINARY(64) NOT NULL,
  headers TEXT NOT NULL,
  payload MEDIUMBLOB NOT NULL,
  attempts INT UNSIGNED NOT NULL DEFAULT 0,
  refusals INT UNSIGNED NOT NULL DEFAULT 0,
  last_error VARCHAR(1000) NOT NULL DEFAULT '',
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  next_attempt_at DATETIME(6) NOT NULL,
  lease_owner VARCHAR(100) NOT NULL DEFAULT '',
  lease_until DATETIME(6) NOT NULL,
  parked_at DATETIME(6) NULL,
  UNIQUE KEY uq_member_publisher_dead_letters (event_id),
  KEY ix_member_publisher_dead_letters_due (parked_at, next_attempt_at, id),
  KEY ix_member_publisher_dead_letters_order (order_key, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE member_discarded_dead_letters (
  id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  event_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  message_key VARCHAR(300) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  topic VARCHAR(249) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  order_key VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  partition_id BIGINT NOT NULL,
  partition_key VARBINARY(64) NOT NULL,
  headers TEXT NOT NULL,
  payload MEDIUMBLOB NOT NULL,
  attempts INT UNSIGNED NOT NULL DEFAULT 0,
  refusals INT UNSIGNED NOT NULL DEFAULT 0,
  last_error VARCHAR(1000) NOT NULL DEFAULT '',
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  discarded_at DATETIME(6) NOT NULL,
  discarded_by VARCHAR(100) NOT NULL,
  reason VARCHAR(1000) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE member_discarded_dead_letters, member_publisher_dead_letters, member_idempotency_keys;
