-- Times are text in UTC, `2026-01-31 12:34:56.789`: readable, in order bytewise, and what SQLite's
-- date functions take. History (visit) keeps numbers; the view visit_detail shows them as text.

-- Peers that were contacted at least once. All columns but changed_at follow from the visits alone,
-- in whatever order they came: see consumer/DESIGN.md.
CREATE TABLE node_info (
  node_id TEXT NOT NULL PRIMARY KEY,
  protocol_version TEXT,
  agent_version TEXT,
  discovery_type TEXT NOT NULL,
  latency INTEGER,                 -- round-trip time in nanoseconds
  last_seen TEXT NOT NULL,         -- last contact
  first_seen TEXT NOT NULL,        -- first contact
  identified_at TEXT,              -- when protocol_version, agent_version and latency were learnt
  last_tried TEXT NOT NULL,        -- last visit, whatever came of it
  last_outcome TEXT NOT NULL,      -- what came of it
  changed_at TEXT NOT NULL         -- when this row was last written, by the consumer's clock
) STRICT, WITHOUT ROWID;

-- Addresses that a peer announced itself or answered on, without a trailing /p2p/<node_id>.
CREATE TABLE address_info (
  node_id TEXT NOT NULL REFERENCES node_info ON DELETE CASCADE,
  multiaddr TEXT NOT NULL,
  last_seen TEXT NOT NULL,
  PRIMARY KEY (node_id, multiaddr)
) STRICT, WITHOUT ROWID;

-- Networks that a peer was met in.
CREATE TABLE node_network (
  node_id TEXT NOT NULL REFERENCES node_info ON DELETE CASCADE,
  network TEXT NOT NULL,
  first_seen TEXT NOT NULL,
  last_seen TEXT NOT NULL,
  PRIMARY KEY (node_id, network)
) STRICT, WITHOUT ROWID;

-- One row for each crawl of each scan.
CREATE TABLE crawl (
  scan TEXT NOT NULL,
  crawl_id INTEGER NOT NULL,       -- start in epoch seconds
  network TEXT NOT NULL,
  vantage TEXT,
  strategy TEXT NOT NULL,
  state TEXT NOT NULL,             -- finished, aborted (said by the crawler, or a later crawl of the scan exists) or started
  reported_state TEXT NOT NULL,    -- the crawler's last word; the columns below are from that message
  started_at TEXT NOT NULL,
  finished_at TEXT,
  discovered INTEGER,
  visited INTEGER,
  contacted INTEGER,
  dht_servers INTEGER,
  unpublished INTEGER,
  refused_peers INTEGER,
  latency_p50_ms REAL,
  latency_p90_ms REAL,
  latency_p99_ms REAL,
  digest TEXT NOT NULL,            -- SHA-256 of the message: decides between two that are equal otherwise
  PRIMARY KEY (scan, crawl_id)
) STRICT, WITHOUT ROWID;

-- What a crawl counted, by dimension: outcome, agent_version, protocol, transport, address_family.
-- One row with is_other = 1 and an empty value sums up the values that are not listed.
CREATE TABLE crawl_aggregate (
  scan TEXT NOT NULL,
  crawl_id INTEGER NOT NULL,
  dimension TEXT NOT NULL,
  is_other INTEGER NOT NULL,
  value TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (scan, crawl_id, dimension, is_other, value),
  FOREIGN KEY (scan, crawl_id) REFERENCES crawl ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- Dictionaries of the texts in visit. last_used_day is the day (crawl_id / 86400) of the latest crawl
-- that used the row: retention removes a row once the visits of that day are gone.
CREATE TABLE word (word_id INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE, last_used_day INTEGER NOT NULL) STRICT;
CREATE TABLE scan (scan_id INTEGER PRIMARY KEY, scan TEXT NOT NULL, network TEXT NOT NULL, vantage TEXT NOT NULL, last_used_day INTEGER NOT NULL, UNIQUE (scan, network, vantage)) STRICT;
CREATE TABLE peer (peer_id INTEGER PRIMARY KEY, node_id TEXT NOT NULL UNIQUE, last_used_day INTEGER NOT NULL) STRICT;
CREATE TABLE agent (agent_id INTEGER PRIMARY KEY, agent_version TEXT NOT NULL, protocol_version TEXT NOT NULL, last_used_day INTEGER NOT NULL, UNIQUE (agent_version, protocol_version)) STRICT;
CREATE TABLE connection (connection_id INTEGER PRIMARY KEY, transport TEXT NOT NULL, security TEXT NOT NULL, muxer TEXT NOT NULL, limited INTEGER NOT NULL, last_used_day INTEGER NOT NULL, UNIQUE (transport, security, muxer, limited)) STRICT;
CREATE TABLE address (address_id INTEGER PRIMARY KEY, multiaddr TEXT NOT NULL UNIQUE, last_used_day INTEGER NOT NULL) STRICT;
CREATE TABLE detail (detail_id INTEGER PRIMARY KEY, detail TEXT NOT NULL UNIQUE, last_used_day INTEGER NOT NULL) STRICT;

-- Sorted JSON lists, found by the first 16 bytes of their SHA-256 in hex.
CREATE TABLE address_set (address_set_id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, addresses TEXT NOT NULL, last_used_day INTEGER NOT NULL) STRICT;
CREATE TABLE protocol_set (protocol_set_id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, protocols TEXT NOT NULL, last_used_day INTEGER NOT NULL) STRICT;

-- Counts the removals of dictionary rows: a process that remembers ids forgets them when it moves.
CREATE TABLE dictionary_epoch (epoch INTEGER NOT NULL) STRICT;
INSERT INTO dictionary_epoch VALUES (0);

-- Every visit, narrow: ids of the dictionaries above. To read it, use visit_detail.
CREATE TABLE visit (
  crawl_id INTEGER NOT NULL,
  scan_id INTEGER NOT NULL,
  peer_id INTEGER NOT NULL,
  source_id INTEGER NOT NULL,      -- word
  attempt INTEGER NOT NULL,
  started_at INTEGER NOT NULL,     -- epoch milliseconds
  duration_ms INTEGER NOT NULL,
  outcome_id INTEGER NOT NULL,     -- word
  discovery_id INTEGER NOT NULL,   -- word
  lane_id INTEGER,                 -- word
  detail_id INTEGER,
  connection_id INTEGER,
  address_id INTEGER,              -- the address that answered
  agent_id INTEGER,
  address_set_id INTEGER,          -- what the peer announced
  protocol_set_id INTEGER,
  latency_us INTEGER,
  queries INTEGER,
  queries_failed INTEGER,
  peers_named INTEGER,
  PRIMARY KEY (crawl_id, scan_id, peer_id, source_id, attempt)
) STRICT, WITHOUT ROWID;

CREATE INDEX visit_by_peer ON visit (peer_id, started_at);

CREATE VIEW visit_detail AS
SELECT strftime('%F %H:%M:%f', v.started_at / 1000.0, 'unixepoch') AS started_at, s.scan, s.network, nullif(s.vantage, '') AS vantage, v.crawl_id, p.node_id,
  d.word AS discovery_type, w.word AS source, v.attempt, l.word AS lane, v.duration_ms, o.word AS outcome, t.detail,
  a.multiaddr AS address, c.transport, nullif(c.security, '') AS security, nullif(c.muxer, '') AS muxer, c.limited,
  nullif(g.agent_version, '') AS agent_version, nullif(g.protocol_version, '') AS protocol_version,
  r.protocols, e.addresses, v.latency_us / 1000.0 AS latency_ms, v.queries, v.queries_failed, v.peers_named
FROM visit v
JOIN scan s USING (scan_id)
JOIN peer p USING (peer_id)
JOIN word w ON w.word_id = v.source_id
JOIN word o ON o.word_id = v.outcome_id
JOIN word d ON d.word_id = v.discovery_id
LEFT JOIN word l ON l.word_id = v.lane_id
LEFT JOIN detail t USING (detail_id)
LEFT JOIN connection c USING (connection_id)
LEFT JOIN address a USING (address_id)
LEFT JOIN agent g USING (agent_id)
LEFT JOIN address_set e USING (address_set_id)
LEFT JOIN protocol_set r USING (protocol_set_id);
