-- +goose Up
-- announced_at is when Redis had taken a revocation; a row that is revoked and
-- not announced is repeated to Redis.
CREATE TABLE member_sessions (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  member_id BIGINT UNSIGNED NOT NULL,
  device_info VARCHAR(255) NOT NULL DEFAULT '',
  ip_address VARCHAR(45) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  last_used_at DATETIME(6) NOT NULL,
  revoked_at DATETIME(6) NULL,
  revoke_reason VARCHAR(30) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  announced_at DATETIME(6) NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  KEY ix_member_sessions_member (member_id, revoked_at, last_used_at),
  KEY ix_member_sessions_revoked (revoked_at, announced_at),
  KEY ix_member_sessions_used (last_used_at),
  CONSTRAINT fk_member_sessions_member FOREIGN KEY (member_id) REFERENCES members (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- successor_id and replaced_at are set when the token is replaced; the one
-- without is the live token of its session.
CREATE TABLE jwt_refresh_tokens (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  session_id BIGINT UNSIGNED NOT NULL,
  member_id BIGINT UNSIGNED NOT NULL,
  token_hash BINARY(32) NOT NULL,
  access_token_id VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  successor_id BIGINT UNSIGNED NULL,
  replaced_at DATETIME(6) NULL,
  expires_at DATETIME(6) NOT NULL,
  is_revoked BOOLEAN NOT NULL DEFAULT FALSE,
  device_info VARCHAR(255) NOT NULL DEFAULT '',
  ip_address VARCHAR(45) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_jwt_refresh_tokens (token_hash),
  KEY ix_jwt_refresh_tokens_session (session_id),
  KEY ix_jwt_refresh_tokens_member (member_id),
  KEY ix_jwt_refresh_tokens_expires (expires_at),
  CONSTRAINT fk_jwt_refresh_tokens_session FOREIGN KEY (session_id) REFERENCES member_sessions (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE jwt_blacklist (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  jti VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  member_id BIGINT UNSIGNED NOT NULL,
  expires_at DATETIME(6) NOT NULL,
  reason VARCHAR(30) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_jwt_blacklist (jti),
  KEY ix_jwt_blacklist_expires (expires_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- private_key is sealed with the key-encryption key. primary_marker is 1 for
-- the primary and NULL otherwise, so that its index allows one primary.
CREATE TABLE jwt_keys (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  key_id VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  algorithm VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  public_key VARBINARY(255) NOT NULL,
  private_key VARBINARY(1000) NOT NULL,
  is_primary BOOLEAN NOT NULL,
  is_active BOOLEAN NOT NULL,
  primary_marker TINYINT GENERATED ALWAYS AS (CASE WHEN is_primary THEN 1 END) STORED,
  activated_at DATETIME(6) NOT NULL,
  expires_at DATETIME(6) NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_jwt_keys (key_id),
  UNIQUE KEY uq_jwt_keys_primary (primary_marker),
  CONSTRAINT ck_jwt_keys_primary_is_active CHECK (is_active OR NOT is_primary)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Attempts at passwords, counted here while Redis does not answer.
CREATE TABLE member_login_budgets (
  budget VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  attempts INT NOT NULL,
  window_ends_at DATETIME(6) NOT NULL,
  KEY ix_member_login_budgets_ends (window_ends_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE member_login_budgets, jwt_keys, jwt_blacklist, jwt_refresh_tokens, member_sessions;
