-- +goose Up
-- The rankings of a window are merged from those of its days. The day is made by
-- the server, so that a release that does not know it can go on writing.
ALTER TABLE post_stats
  ADD COLUMN created_day DATE GENERATED ALWAYS AS (CAST(post_created_at AS DATE)) STORED,
  ADD KEY ix_post_stats_day_comments (is_deleted, created_day, comment_count, post_created_at, post_id),
  ADD KEY ix_post_stats_day_popularity (is_deleted, created_day, popularity, post_created_at, post_id);

-- With the post at its end the index tells, without the row, on which post a
-- comment is, and so whether it is shown.
ALTER TABLE comments
  DROP KEY ix_comments_author,
  ADD KEY ix_comments_author (author_id, is_deleted, created_at, id, post_id);

-- +goose Down
ALTER TABLE comments
  DROP KEY ix_comments_author,
  ADD KEY ix_comments_author (author_id, is_deleted, created_at, id);
ALTER TABLE post_stats
  DROP KEY ix_post_stats_day_popularity,
  DROP KEY ix_post_stats_day_comments,
  DROP COLUMN created_day;
