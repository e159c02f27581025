-- +goose Up
-- Events that Kafka does not have yet, and what became of those that a person discarded.
CREATE TABLE content_publisher_dead_letters (
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
  UNIQUE KEY uq_content_publisher_dead_letters (event_id),
  KEY ix_content_publisher_dead_letters_due (parked_at, next_attempt_at, id),
  KEY ix_content_publisher_dead_letters_order (order_key, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE content_discarded_dead_letters (
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

-- Records of other services that can never be applied here, for a person to look at.
CREATE TABLE content_listener_dead_letters (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  topic VARCHAR(249) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `partition` INT NOT NULL,
  `offset` BIGINT NOT NULL,
  message_key VARBINARY(1000) NOT NULL,
  headers TEXT NOT NULL,
  payload MEDIUMBLOB NOT NULL,
  last_error VARCHAR(1000) NOT NULL,
  attempts INT UNSIGNED NOT NULL DEFAULT 1,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_content_listener_dead_letters (topic, `partition`, `offset`),
  KEY ix_content_listener_dead_letters_created_at (created_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE content_listener_dead_letters, content_discarded_dead_letters, content_publisher_dead_letters;
