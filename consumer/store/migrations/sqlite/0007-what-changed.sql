-- When rows were written, for dumps of what was written since the last one.
ALTER TABLE crawl ADD COLUMN changed_at TEXT; -- when this row was last written, by the consumer's clock; NULL where an older version wrote it

-- Crawls whose visits were written, each with the first minute in which these visits started. Minutes are those of Unix time.
CREATE TABLE visit_change (
  changed_minute INTEGER NOT NULL, -- when they were written, by the consumer's clock
  crawl_id INTEGER NOT NULL,
  scan TEXT NOT NULL,
  started_minute INTEGER NOT NULL,
  PRIMARY KEY (changed_minute, crawl_id, scan, started_minute)
) STRICT, WITHOUT ROWID;
