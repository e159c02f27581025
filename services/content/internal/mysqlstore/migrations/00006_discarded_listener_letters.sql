-- +goose Up
-- Who gave a parked record up, and why.
ALTER TABLE content_listener_dead_letters
  ADD COLUMN discarded_at DATETIME(6) NULL,
  ADD COLUMN discarded_by VARCHAR(100) NOT NULL DEFAULT '',
  ADD COLUMN reason VARCHAR(1000) NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE content_listener_dead_letters DROP COLUMN reason, DROP COLUMN discarded_by, DROP COLUMN discarded_at;
