-- +goose Up
-- Records that could not be applied are tried again and parked. The digest of key
-- and value is part of their name: offsets begin again in a topic that is made again.
ALTER TABLE content_listener_dead_letters
  ADD COLUMN digest BINARY(32) NOT NULL DEFAULT '' AFTER `offset`,
  ADD COLUMN next_attempt_at DATETIME(6) NOT NULL DEFAULT '1970-01-01 00:00:01' AFTER attempts,
  ADD COLUMN parked_at DATETIME(6) NULL AFTER next_attempt_at,
  DROP INDEX uq_content_listener_dead_letters,
  ADD UNIQUE KEY uq_content_listener_dead_letters (topic, `partition`, `offset`, digest),
  ADD KEY ix_content_listener_dead_letters_due (parked_at, next_attempt_at, id);

-- +goose Down
ALTER TABLE content_listener_dead_letters
  DROP INDEX ix_content_listener_dead_letters_due,
  DROP INDEX uq_content_listener_dead_letters,
  ADD UNIQUE KEY uq_content_listener_dead_letters (topic, `partition`, `offset`),
  DROP COLUMN parked_at,
  DROP COLUMN next_attempt_at,
  DROP COLUMN digest;
