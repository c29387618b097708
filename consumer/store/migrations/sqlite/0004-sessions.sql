-- Sessions of peers, derived from visits and crawls (consumer/jobs/sessions). A session is at least last_ok - first_ok long, and at
-- most first_fail - absent_before; NULL means unknown. Rows outlive the visits that they follow from.
CREATE TABLE session (
  node_id TEXT NOT NULL,
  network TEXT NOT NULL,
  vantage TEXT NOT NULL,           -- empty where the scan has none
  first_ok TEXT NOT NULL,          -- first contact
  last_ok TEXT NOT NULL,           -- last contact
  absent_before TEXT,              -- last failed visit before first_ok
  first_fail TEXT,                 -- first failed visit after last_ok
  probes INTEGER NOT NULL,         -- visits from first_ok to last_ok
  failures INTEGER NOT NULL,       -- of these, failed ones
  recovered INTEGER NOT NULL,      -- of these, followed by a contact of the same crawl
  end_outcome TEXT,                -- outcome of the visit at first_fail
  PRIMARY KEY (node_id, network, vantage, first_ok)
) STRICT, WITHOUT ROWID;

CREATE INDEX session_by_end ON session (last_ok);

-- Crawls whose visits, or whose own row, were written since their sessions were derived: each writer adds to the generation of its
-- transaction. edge_crawl_id: visits of older crawls may have been removed. rules: version of the rules by which the sessions were
-- derived; 0: none yet.
CREATE TABLE session_state (id INTEGER PRIMARY KEY, generation INTEGER NOT NULL, edge_crawl_id INTEGER NOT NULL, rules INTEGER NOT NULL) STRICT;
INSERT INTO session_state VALUES (1, 0, 0, 0);
CREATE TABLE session_change (
  generation INTEGER NOT NULL,
  scan TEXT NOT NULL,
  crawl_id INTEGER NOT NULL,
  is_crawl INTEGER NOT NULL,       -- 1: the row of the crawl; 0: its visits
  PRIMARY KEY (generation, scan, crawl_id, is_crawl)
) STRICT, WITHOUT ROWID;

-- What the last derivation knew of each scan.
CREATE TABLE session_scan (scan TEXT NOT NULL PRIMARY KEY, newest_crawl_id INTEGER NOT NULL, crawls INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- Sessions with the bounds of their lengths in seconds. is_reported: both bounds are known.
CREATE VIEW session_detail AS
SELECT node_id, network, nullif(vantage, '') AS vantage, first_ok, last_ok, absent_before, first_fail, probes, failures, recovered, end_outcome,
  strftime('%s', last_ok) - strftime('%s', first_ok) + (substr(last_ok, 21, 3) - substr(first_ok, 21, 3)) / 1000.0 AS at_least_s,
  strftime('%s', first_fail) - strftime('%s', absent_before) + (substr(first_fail, 21, 3) - substr(absent_before, 21, 3)) / 1000.0 AS at_most_s,
  CASE WHEN absent_before IS NULL OR first_fail IS NULL THEN 0 ELSE 1 END AS is_reported
FROM session;
