-- For MySQL 8.0 and MariaDB 10.6 or newer. Statements that change tables end transactions there, so
-- every statement of a migration is safe to run again: a migration that was interrupted starts over.
--
-- Times are TIMESTAMP(3): shown in the time zone of the session that asks. Each has an explicit
-- default, without which older servers would make the first one change with every update.

-- Peers that were contacted at least once. All columns but changed_at follow from the visits alone,
-- in whatever order they came: see consumer/DESIGN.md.
CREATE TABLE IF NOT EXISTS node_info (
  node_id VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  protocol_version VARCHAR(64),
  agent_version VARCHAR(255),
  discovery_type VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  latency BIGINT COMMENT 'round-trip time in nanoseconds',
  last_seen TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) COMMENT 'last contact',
  first_seen TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) COMMENT 'first contact',
  identified_at TIMESTAMP(3) NULL DEFAULT NULL COMMENT 'when protocol_version, agent_version and latency were learnt',
  last_tried TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) COMMENT 'last visit, whatever came of it',
  last_outcome VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'what came of it',
  changed_at TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) COMMENT 'when this row was last written, by the consumer''s clock'
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Addresses that a peer announced itself or answered on, without a trailing /p2p/<node_id>. The key
-- is the peer's and the address's, not id: an upsert finds its row at once.
CREATE TABLE IF NOT EXISTS address_info (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT UNIQUE,
  node_id VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  multiaddr TEXT NOT NULL,
  last_seen TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  addr_hash BINARY(16) NOT NULL COMMENT 'first 16 bytes of SHA-256 of multiaddr',
  PRIMARY KEY (node_id, addr_hash),
  CONSTRAINT address_info_of_node FOREIGN KEY (node_id) REFERENCES node_info (node_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Networks that a peer was met in.
CREATE TABLE IF NOT EXISTS node_network (
  node_id VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  network VARCHAR(64) NOT NULL,
  first_seen TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  last_seen TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (node_id, network),
  CONSTRAINT node_network_of_node FOREIGN KEY (node_id) REFERENCES node_info (node_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- One row for each crawl of each scan.
CREATE TABLE IF NOT EXISTS crawl (
  scan VARCHAR(380) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  crawl_id INT UNSIGNED NOT NULL COMMENT 'start in epoch seconds',
  network VARCHAR(64) NOT NULL,
  vantage VARCHAR(64),
  strategy VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'finished, aborted (said by the crawler, or a later crawl of the scan exists) or started',
  reported_state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'the crawler''s last word; the other columns are from that message',
  started_at TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  finished_at TIMESTAMP(3) NULL DEFAULT NULL,
  discovered INT UNSIGNED,
  visited INT UNSIGNED,
  contacted INT UNSIGNED,
  dht_servers INT UNSIGNED,
  unpublished INT UNSIGNED,
  refused_peers INT UNSIGNED,
  latency_p50_ms DOUBLE,
  latency_p90_ms DOUBLE,
  latency_p99_ms DOUBLE,
  digest CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'SHA-256 of the message: decides between two that are equal otherwise',
  PRIMARY KEY (scan, crawl_id),
  KEY crawl_by_start (crawl_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- What a crawl counted, by dimension: outcome, agent_version, protocol, transport, address_family.
-- One row with is_other = 1 and an empty value sums up the values that are not listed.
CREATE TABLE IF NOT EXISTS crawl_aggregate (
  scan VARCHAR(380) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  crawl_id INT UNSIGNED NOT NULL,
  dimension VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  is_other TINYINT UNSIGNED NOT NULL,
  value VARCHAR(256) NOT NULL,
  `count` INT UNSIGNED NOT NULL,
  value_hash BINARY(16) NOT NULL COMMENT 'first 16 bytes of SHA-256 of value, since keys ignore trailing spaces',
  PRIMARY KEY (scan, crawl_id, dimension, is_other, value_hash),
  CONSTRAINT crawl_aggregate_of_crawl FOREIGN KEY (scan, crawl_id) REFERENCES crawl (scan, crawl_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Dictionaries of the texts in visit. last_used_day is the day (crawl_id / 86400) of the latest crawl
-- that used the row: retention removes a row once the visits of that day are gone. hash is the first
-- 16 bytes of SHA-256 of the other columns as JSON.
CREATE TABLE IF NOT EXISTS word (word_id SMALLINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, word VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL UNIQUE, last_used_day SMALLINT UNSIGNED NOT NULL) ENGINE=InnoDB;
CREATE TABLE IF NOT EXISTS scan (scan_id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, hash BINARY(16) NOT NULL UNIQUE, scan VARCHAR(380) NOT NULL, network VARCHAR(64) NOT NULL, vantage VARCHAR(64) NOT NULL, last_used_day SMALLINT UNSIGNED NOT NULL) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS peer (peer_id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, node_id VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL UNIQUE, last_used_day SMALLINT UNSIGNED NOT NULL) ENGINE=InnoDB;
CREATE TABLE IF NOT EXISTS agent (agent_id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, hash BINARY(16) NOT NULL UNIQUE, agent_version VARCHAR(255) NOT NULL, protocol_version VARCHAR(64) NOT NULL, last_used_day SMALLINT UNSIGNED NOT NULL) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS connection (connection_id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, hash BINARY(16) NOT NULL UNIQUE, transport VARCHAR(32) NOT NULL, security VARCHAR(64) NOT NULL, muxer VARCHAR(64) NOT NULL, limited TINYINT UNSIGNED NOT NULL, last_used_day SMALLINT UNSIGNED NOT NULL) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS address (address_id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, hash BINARY(16) NOT NULL UNIQUE, multiaddr VARCHAR(512) NOT NULL, last_used_day SMALLINT UNSIGNED NOT NULL) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS detail (detail_id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, hash BINARY(16) NOT NULL UNIQUE, detail VARCHAR(256) NOT NULL, last_used_day SMALLINT UNSIGNED NOT NULL) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Sorted JSON lists; hash is that of the list.
CREATE TABLE IF NOT EXISTS address_set (address_set_id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, hash BINARY(16) NOT NULL UNIQUE, addresses MEDIUMTEXT NOT NULL, last_used_day SMALLINT UNSIGNED NOT NULL) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS protocol_set (protocol_set_id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, hash BINARY(16) NOT NULL UNIQUE, protocols MEDIUMTEXT NOT NULL, last_used_day SMALLINT UNSIGNED NOT NULL) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Dictionary rows last used before this day may have been removed. Writers hold this row in share
-- mode: a removal that raises the day waits for those who still trust older numbers.
CREATE TABLE IF NOT EXISTS removal_mark (id TINYINT UNSIGNED NOT NULL PRIMARY KEY, day SMALLINT UNSIGNED NOT NULL) ENGINE=InnoDB;
INSERT INTO removal_mark (id, day) VALUES (1, 0) ON DUPLICATE KEY UPDATE id = 1;

-- Every visit, narrow: ids of the dictionaries above. To read it, use visit_detail. A partition holds
-- one day of crawls; retention drops whole ones. Later partitions are made by the consumers.
CREATE TABLE IF NOT EXISTS visit (
  crawl_id INT UNSIGNED NOT NULL,
  scan_id INT UNSIGNED NOT NULL,
  peer_id INT UNSIGNED NOT NULL,
  source_id SMALLINT UNSIGNED NOT NULL COMMENT 'word',
  attempt TINYINT UNSIGNED NOT NULL,
  started_at BIGINT NOT NULL COMMENT 'epoch milliseconds',
  outcome_id SMALLINT UNSIGNED NOT NULL COMMENT 'word',
  duration_ms INT UNSIGNED NOT NULL,
  discovery_id SMALLINT UNSIGNED NOT NULL COMMENT 'word',
  lane_id SMALLINT UNSIGNED COMMENT 'word',
  detail_id INT UNSIGNED,
  connection_id INT UNSIGNED,
  address_id INT UNSIGNED COMMENT 'the address that answered',
  agent_id INT UNSIGNED,
  address_set_id INT UNSIGNED COMMENT 'what the peer announced',
  protocol_set_id INT UNSIGNED,
  latency_us BIGINT UNSIGNED,
  queries INT UNSIGNED,
  queries_failed INT UNSIGNED,
  peers_named INT UNSIGNED,
  PRIMARY KEY (crawl_id, scan_id, peer_id, source_id, attempt),
  KEY visit_by_peer (peer_id, started_at)
) ENGINE=InnoDB
PARTITION BY RANGE (crawl_id) (PARTITION day0 VALUES LESS THAN (86400));

CREATE OR REPLACE VIEW visit_detail AS
SELECT CAST(FROM_UNIXTIME(v.started_at / 1000) AS DATETIME(3)) AS started_at, s.scan, s.network, NULLIF(s.vantage, '') AS vantage, v.crawl_id, p.node_id,
  d.word AS discovery_type, w.word AS source, v.attempt, l.word AS lane, v.duration_ms, o.word AS outcome, t.detail,
  a.multiaddr AS address, c.transport, NULLIF(c.security, '') AS security, NULLIF(c.muxer, '') AS muxer, c.limited,
  NULLIF(g.agent_version, '') AS agent_version, NULLIF(g.protocol_version, '') AS protocol_version,
  r.protocols, e.addresses, v.latency_us / 1000 AS latency_ms, v.queries, v.queries_failed, v.peers_named
FROM visit v
JOIN scan s ON s.scan_id = v.scan_id
JOIN peer p ON p.peer_id = v.peer_id
JOIN word w ON w.word_id = v.source_id
JOIN word o ON o.word_id = v.outcome_id
JOIN word d ON d.word_id = v.discovery_id
LEFT JOIN word l ON l.word_id = v.lane_id
LEFT JOIN detail t ON t.detail_id = v.detail_id
LEFT JOIN connection c ON c.connection_id = v.connection_id
LEFT JOIN address a ON a.address_id = v.address_id
LEFT JOIN agent g ON g.agent_id = v.agent_id
LEFT JOIN address_set e ON e.address_set_id = v.address_set_id
LEFT JOIN protocol_set r ON r.protocol_set_id = v.protocol_set_id;
