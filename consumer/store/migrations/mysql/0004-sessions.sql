-- Sessions of peers, derived from visits and crawls (consumer/jobs/sessions). A session is at least last_ok - first_ok long, and at
-- most first_fail - absent_before; NULL means unknown. Rows outlive the visits that they follow from.
CREATE TABLE IF NOT EXISTS session (
  node_id VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  network VARCHAR(64) NOT NULL,
  vantage VARCHAR(64) NOT NULL COMMENT 'empty where the scan has none',
  first_ok TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) COMMENT 'first contact',
  last_ok TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) COMMENT 'last contact',
  absent_before TIMESTAMP(3) NULL DEFAULT NULL COMMENT 'last failed visit before first_ok',
  first_fail TIMESTAMP(3) NULL DEFAULT NULL COMMENT 'first failed visit after last_ok',
  probes INT UNSIGNED NOT NULL COMMENT 'visits from first_ok to last_ok',
  failures INT UNSIGNED NOT NULL COMMENT 'of these, failed ones',
  recovered INT UNSIGNED NOT NULL COMMENT 'of these, followed by a contact of the same crawl',
  end_outcome VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin COMMENT 'outcome of the visit at first_fail',
  PRIMARY KEY (node_id, network, vantage, first_ok),
  KEY session_by_end (last_ok)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Crawls whose visits, or whose own row, were written since their sessions were derived. Every writer reads the generation in share
-- mode: a derivation that begins a new one has waited for all that wrote into older ones. edge_crawl_id: visits of older crawls may
-- have been removed. rules: version of the rules by which the sessions were derived; 0: none yet.
CREATE TABLE IF NOT EXISTS session_state (id TINYINT UNSIGNED NOT NULL PRIMARY KEY, generation BIGINT UNSIGNED NOT NULL, edge_crawl_id INT UNSIGNED NOT NULL, rules INT UNSIGNED NOT NULL) ENGINE=InnoDB;
INSERT INTO session_state (id, generation, edge_crawl_id, rules) VALUES (1, 0, 0, 0) ON DUPLICATE KEY UPDATE id = 1;
CREATE TABLE IF NOT EXISTS session_change (
  generation BIGINT UNSIGNED NOT NULL,
  scan VARCHAR(380) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  crawl_id INT UNSIGNED NOT NULL,
  is_crawl TINYINT UNSIGNED NOT NULL COMMENT '1: the row of the crawl; 0: its visits',
  PRIMARY KEY (generation, scan, crawl_id, is_crawl)
) ENGINE=InnoDB;

-- What the last derivation knew of each scan.
CREATE TABLE IF NOT EXISTS session_scan (scan VARCHAR(380) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, newest_crawl_id INT UNSIGNED NOT NULL, crawls INT UNSIGNED NOT NULL) ENGINE=InnoDB;

-- Sessions with the bounds of their lengths in seconds. is_reported: both bounds are known.
CREATE OR REPLACE SQL SECURITY INVOKER VIEW session_detail AS
SELECT node_id, network, NULLIF(vantage, '') AS vantage, first_ok, last_ok, absent_before, first_fail, probes, failures, recovered, end_outcome,
  TIMESTAMPDIFF(MICROSECOND, first_ok, last_ok) / 1000000 AS at_least_s,
  TIMESTAMPDIFF(MICROSECOND, absent_before, first_fail) / 1000000 AS at_most_s,
  CASE WHEN absent_before IS NULL OR first_fail IS NULL THEN 0 ELSE 1 END AS is_reported
FROM session;
