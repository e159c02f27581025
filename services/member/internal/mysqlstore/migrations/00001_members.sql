-- +goose Up
-- status is DEACTIVATED once a member left: the row stays, since ids are for
-- ever, and password is empty. session_epoch is the highest dead session.
CREATE TABLE members (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  password VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  roles VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  status VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  session_epoch BIGINT UNSIGNED NOT NULL DEFAULT 0,
  password_changed_at DATETIME(6) NOT NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  CONSTRAINT ck_members_status CHECK (status IN ('ACTIVE', 'DEACTIVATED')),
  CONSTRAINT ck_members_password CHECK ((status = 'ACTIVE') = (password <> ''))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- email is the form that is compared (lower case), email_given the form that
-- the member wrote.
CREATE TABLE member_emails (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  member_id BIGINT UNSIGNED NOT NULL,
  email VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  email_given VARCHAR(255) NOT NULL,
  is_active BOOLEAN NOT NULL DEFAULT TRUE,
  verified BOOLEAN NOT NULL DEFAULT FALSE,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_member_emails (email),
  KEY ix_member_emails_member (member_id),
  CONSTRAINT fk_member_emails_member FOREIGN KEY (member_id) REFERENCES members (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- The row is deleted when its member leaves. A handle is ASCII, so that its
-- collation compares exactly without case and nothing else.
-- followings_version and followers_version grow with each change of the set.
CREATE TABLE member_profiles (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  member_id BIGINT UNSIGNED NOT NULL,
  member_name VARCHAR(100) NOT NULL,
  handle VARCHAR(50) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL,
  display_name VARCHAR(100) NOT NULL DEFAULT '',
  bio VARCHAR(1000) NOT NULL DEFAULT '',
  location VARCHAR(100) NOT NULL DEFAULT '',
  website_url VARCHAR(500) NOT NULL DEFAULT '',
  birth_date DATE NULL,
  gender VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  timezone VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  language_code VARCHAR(10) NOT NULL,
  country_code CHAR(2) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  verification_status VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  privacy_level VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  is_active BOOLEAN NOT NULL DEFAULT TRUE,
  followers_count BIGINT NOT NULL DEFAULT 0,
  followings_count BIGINT NOT NULL DEFAULT 0,
  followers_version BIGINT NOT NULL DEFAULT 0,
  followings_version BIGINT NOT NULL DEFAULT 0,
  version BIGINT UNSIGNED NOT NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_member_profiles_member (member_id),
  UNIQUE KEY uq_member_profiles_handle (handle),
  KEY ix_member_profiles_newest (is_active, created_at, id),
  CONSTRAINT fk_member_profiles_member FOREIGN KEY (member_id) REFERENCES members (id),
  CONSTRAINT ck_member_profiles_counts CHECK (followers_count >= 0 AND followings_count BETWEEN 0 AND 1000)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- One picture per type. image_id is the id that image knows the picture by,
-- where image_url is one of our own forms.
CREATE TABLE member_profile_images (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  profile_id BIGINT UNSIGNED NOT NULL,
  image_type VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  image_category VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  image_url VARCHAR(1000) NOT NULL,
  image_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  is_primary BOOLEAN NOT NULL DEFAULT TRUE,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_member_profile_images (profile_id, image_type),
  KEY ix_member_profile_images_image (image_id),
  CONSTRAINT fk_member_profile_images_profile FOREIGN KEY (profile_id) REFERENCES member_profiles (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Pictures that nobody needs any more, until image has deleted them.
CREATE TABLE member_image_removals (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  member_id BIGINT UNSIGNED NOT NULL,
  image_url VARCHAR(1000) NOT NULL,
  attempts INT UNSIGNED NOT NULL DEFAULT 0,
  next_attempt_at DATETIME(6) NOT NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  KEY ix_member_image_removals_due (next_attempt_at, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- No foreign keys: checking them would share-lock both profiles before their
-- counters are changed, and two followers of one member would deadlock.
CREATE TABLE member_follows (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  follower_id BIGINT UNSIGNED NOT NULL,
  following_id BIGINT UNSIGNED NOT NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  UNIQUE KEY uq_member_follows (follower_id, following_id),
  KEY ix_member_follows_followers (following_id, id),
  KEY ix_member_follows_followings (follower_id, id),
  CONSTRAINT ck_member_follows_self CHECK (follower_id <> following_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- The version of a follow outlives it: its end writes the even version 2n
-- here, and the n-th follow of the pair is version 2n - 1.
CREATE TABLE member_follow_cancels (
  follower_id BIGINT UNSIGNED NOT NULL,
  following_id BIGINT UNSIGNED NOT NULL,
  version BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (follower_id, following_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Members who left with more followers than one transaction takes.
CREATE TABLE member_follower_purges (
  member_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  created_at DATETIME(6) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE member_follower_purges, member_follow_cancels, member_follows, member_image_removals, member_profile_images, member_profiles, member_emails, members;
