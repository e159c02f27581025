-- +goose Up
-- A letter is a whole record: its key and headers are as long as Kafka lets them be.
-- A record that did not fit would hold its partition for ever.
ALTER TABLE content_listener_dead_letters
  MODIFY COLUMN message_key MEDIUMBLOB NOT NULL,
  MODIFY COLUMN headers MEDIUMTEXT NOT NULL;

-- +goose Down
ALTER TABLE content_listener_dead_letters
  MODIFY COLUMN headers TEXT NOT NULL,
  MODIFY COLUMN message_key VARBINARY(1000) NOT NULL;
