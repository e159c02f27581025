package mysql

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode/utf8"
)

// AnswerTableSQL is the statement that makes an answer table, for the owner's migrations.
func AnswerTableSQL(table string) string {
	return "CREATE TABLE " + table + ` (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  member_id BIGINT NOT NULL,
  method VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  path VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  ` + "`key`" + ` VARCHAR(300) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  request_hash BINARY(32) NOT NULL,
  status SMALLINT UNSIGNED NOT NULL,
  response MEDIUMBLOB NOT NULL,
  expires_at DATETIME(6) NOT NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_` + table + " (member_id, method, path, `key`)," + `
  KEY ix_` + table + `_expires_at (expires_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`
}

// maxPath is the length of the column, in characters.
const maxPath = 255

// storedPath is what stands in the table for a path: the path itself, or the
// digest of one that the column cannot hold or would take for another (its
// collation ignores space at the end).
func storedPath(path string) string {
	if utf8.ValidString(path) && utf8.RuneCountInString(path) <= maxPath && !strings.HasSuffix(path, " ") {
		return path
	}
	digest := sha256.Sum256([]byte(path))
	return "sha256:" + hex.EncodeToString(digest[:])
}
