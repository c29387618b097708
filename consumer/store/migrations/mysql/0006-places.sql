-- Where peers are, as the place files of the crawlers say. NULL where nothing was looked up.
-- A dictionary like the others; texts are empty, and asn is 0, where the files have no such column or do not know the number.
CREATE TABLE IF NOT EXISTS place (place_id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, hash BINARY(16) NOT NULL UNIQUE, country VARCHAR(7) NOT NULL, asn INT UNSIGNED NOT NULL, organisation VARCHAR(128) NOT NULL, cloud VARCHAR(32) NOT NULL, source VARCHAR(160) NOT NULL, last_used_day SMALLINT UNSIGNED NOT NULL) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Columns are added where they are not there yet, so that an interrupted migration starts over; MySQL has no shorter way.
SET @statement = (SELECT IF(COUNT(*) = 0, 'ALTER TABLE visit
  ADD COLUMN place_id INT UNSIGNED COMMENT ''where the address that answered is''', 'DO 0')
  FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'visit' AND COLUMN_NAME = 'place_id');
PREPARE expand FROM @statement;
EXECUTE expand;
DEALLOCATE PREPARE expand;

SET @statement = (SELECT IF(COUNT(*) = 0, 'ALTER TABLE node_info
  ADD COLUMN country VARCHAR(7) COMMENT ''ISO 3166-1 alpha-2, or unknown'',
  ADD COLUMN asn INT UNSIGNED COMMENT ''number of the autonomous system'',
  ADD COLUMN organisation VARCHAR(128) COMMENT ''its name'',
  ADD COLUMN cloud VARCHAR(32) COMMENT ''name, none or unknown'',
  ADD COLUMN placed_at TIMESTAMP(3) NULL DEFAULT NULL COMMENT ''last contact whose address was looked up''', 'DO 0')
  FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'node_info' AND COLUMN_NAME = 'placed_at');
PREPARE expand FROM @statement;
EXECUTE expand;
DEALLOCATE PREPARE expand;

CREATE OR REPLACE SQL SECURITY INVOKER VIEW visit_detail AS
SELECT CAST(FROM_UNIXTIME(v.started_at / 1000) AS DATETIME(3)) AS started_at, s.scan, s.network, NULLIF(s.vantage, '') AS vantage, v.crawl_id, p.node_id,
  d.word AS discovery_type, w.word AS source, v.attempt, l.word AS lane, v.duration_ms, o.word AS outcome, t.detail,
  a.multiaddr AS address, c.transport, NULLIF(c.security, '') AS security, NULLIF(c.muxer, '') AS muxer, c.limited,
  NULLIF(g.agent_version, '') AS agent_version, NULLIF(g.protocol_version, '') AS protocol_version,
  r.protocols, e.addresses, v.latency_us / 1000 AS latency_ms, v.queries, v.queries_failed, v.peers_named,
  v.latency_error_us / 1000 AS latency_error_ms,
  NULLIF(x.country, '') AS country, NULLIF(x.asn, 0) AS asn, NULLIF(x.organisation, '') AS organisation, NULLIF(x.cloud, '') AS cloud, x.source AS place_source
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
LEFT JOIN protocol_set r ON r.protocol_set_id = v.protocol_set_id
LEFT JOIN place x ON x.place_id = v.place_id;
