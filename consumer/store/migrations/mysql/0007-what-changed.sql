-- When rows were written, for dumps of what was written since the last one.
-- A column is added where it is not there yet, so that an interrupted migration starts over; MySQL has no shorter way.
SET @statement = (SELECT IF(COUNT(*) = 0, 'ALTER TABLE crawl
  ADD COLUMN changed_at TIMESTAMP(3) NULL DEFAULT NULL COMMENT ''when this row was last written, by the clock of the consumer; NULL where an older version wrote it''', 'DO 0')
  FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'crawl' AND COLUMN_NAME = 'changed_at');
PREPARE expand FROM @statement;
EXECUTE expand;
DEALLOCATE PREPARE expand;

-- Crawls whose visits were written, each with the first minute in which these visits started. Minutes are those of Unix time.
CREATE TABLE IF NOT EXISTS visit_change (
  changed_minute INT UNSIGNED NOT NULL COMMENT 'when they were written, by the clock of the consumer',
  crawl_id INT UNSIGNED NOT NULL,
  scan VARCHAR(380) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  started_minute INT NOT NULL,
  PRIMARY KEY (changed_minute, crawl_id, scan, started_minute)
) ENGINE=InnoDB;
