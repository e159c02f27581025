-- +goose Up
CREATE TABLE posts (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  title VARCHAR(100) NOT NULL DEFAULT '',
  content TEXT NOT NULL,
  author_id BIGINT UNSIGNED NOT NULL,
  is_deleted BOOLEAN NOT NULL DEFAULT FALSE,
  version BIGINT UNSIGNED NOT NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  KEY ix_posts_author (author_id, is_deleted, created_at, id),
  KEY ix_posts_newest (is_deleted, created_at, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Counters have a row of their own, so that counting a like or a view does not
-- wait for the post. Each index serves one ranking: popularity, comments,
-- recent activity; ties go to the newest, then to the higher id.
CREATE TABLE post_stats (
  post_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  view_count BIGINT NOT NULL DEFAULT 0,
  like_count BIGINT NOT NULL DEFAULT 0,
  comment_count BIGINT NOT NULL DEFAULT 0,
  popularity BIGINT GENERATED ALWAYS AS (view_count + 2 * like_count) STORED,
  last_activity_at DATETIME(6) NOT NULL,
  is_deleted BOOLEAN NOT NULL DEFAULT FALSE,
  post_created_at DATETIME(6) NOT NULL,
  KEY ix_post_stats_comments (is_deleted, comment_count, post_created_at, post_id),
  KEY ix_post_stats_popularity (is_deleted, popularity, post_created_at, post_id),
  KEY ix_post_stats_activity (is_deleted, last_activity_at, post_id),
  CONSTRAINT fk_post_stats_post FOREIGN KEY (post_id) REFERENCES posts (id),
  CONSTRAINT ck_post_stats_not_negative CHECK (view_count >= 0 AND like_count >= 0 AND comment_count >= 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- parent_id is 0 at top level: NULL would not take part in the order of the index.
CREATE TABLE comments (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  post_id BIGINT UNSIGNED NOT NULL,
  parent_id BIGINT UNSIGNED NOT NULL DEFAULT 0,
  author_id BIGINT UNSIGNED NOT NULL,
  content TEXT NOT NULL,
  depth TINYINT UNSIGNED NOT NULL DEFAULT 0,
  is_deleted BOOLEAN NOT NULL DEFAULT FALSE,
  like_count BIGINT NOT NULL DEFAULT 0,
  reply_count BIGINT NOT NULL DEFAULT 0,
  version BIGINT UNSIGNED NOT NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  KEY ix_comments_page (post_id, parent_id, is_deleted, created_at, id),
  KEY ix_comments_author (author_id, is_deleted, created_at, id),
  KEY ix_comments_parent (parent_id),
  KEY ix_comments_latest (post_id, is_deleted, created_at),
  CONSTRAINT ck_comments_depth CHECK (depth <= 2),
  CONSTRAINT ck_comments_not_negative CHECK (like_count >= 0 AND reply_count >= 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE post_likes (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  post_id BIGINT UNSIGNED NOT NULL,
  member_id BIGINT UNSIGNED NOT NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_post_likes (post_id, member_id),
  KEY ix_post_likes_member (member_id, post_id),
  KEY ix_post_likes_latest (post_id, created_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE comment_likes (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  comment_id BIGINT UNSIGNED NOT NULL,
  member_id BIGINT UNSIGNED NOT NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_comment_likes (comment_id, member_id),
  KEY ix_comment_likes_member (member_id, comment_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- The version of a like outlives the like: a cancel writes the even version
-- 2n here, and the n-th like of the pair is version 2n - 1.
CREATE TABLE post_like_cancels (
  post_id BIGINT UNSIGNED NOT NULL,
  member_id BIGINT UNSIGNED NOT NULL,
  version BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (post_id, member_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE comment_like_cancels (
  comment_id BIGINT UNSIGNED NOT NULL,
  member_id BIGINT UNSIGNED NOT NULL,
  version BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (comment_id, member_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Which reads have been counted: a read that arrives twice counts once. Rows
-- are removed after 8 days, when no copy of the event is left in any topic.
CREATE TABLE content_counted_reads (
  event_id BINARY(16) NOT NULL PRIMARY KEY,
  counted_at DATETIME(6) NOT NULL,
  KEY ix_content_counted_reads_counted_at (counted_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE content_counted_reads, comment_like_cancels, post_like_cancels, comment_likes, post_likes, comments, post_stats, posts;
