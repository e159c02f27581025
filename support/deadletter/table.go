package deadletter

// TableSQL are the statements that make owner's tables, for its migrations: the
// letters, and what became of those that a person discarded.
func TableSQL(owner string) []string {
	return []string{letterTableSQL(owner), discardTableSQL(owner)}
}

func letterTable(owner string) string { return owner + "_publisher_dead_letters" }

func discardTable(owner string) string { return owner + "_discarded_dead_letters" }

const letterColumnsSQL = `
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
  updated_at DATETIME(6) NOT NULL,`

func letterTableSQL(owner string) string {
	table := letterTable(owner)
	return "CREATE TABLE " + table + ` (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,` + letterColumnsSQL + `
  next_attempt_at DATETIME(6) NOT NULL,
  lease_owner VARCHAR(100) NOT NULL DEFAULT '',
  lease_until DATETIME(6) NOT NULL,
  parked_at DATETIME(6) NULL,
  UNIQUE KEY uq_` + table + ` (event_id),
  KEY ix_` + table + `_due (parked_at, next_attempt_at, id),
  KEY ix_` + table + `_order (order_key, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`
}

func discardTableSQL(owner string) string {
	return "CREATE TABLE " + discardTable(owner) + ` (
  id BIGINT UNSIGNED NOT NULL PRIMARY KEY,` + letterColumnsSQL + `
  discarded_at DATETIME(6) NOT NULL,
  discarded_by VARCHAR(100) NOT NULL,
  reason VARCHAR(1000) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`
}
