-- What a measurement may be wrong by, and what a crawl lost by standing still. NULL where the crawler was an older one.
-- Columns are added where they are not there yet, so that an interrupted migration starts over; MySQL has no shorter way.
SET @statement = (SELECT IF(COUNT(*) = 0, 'ALTER TABLE crawl
  ADD COLUMN latency_error_p50_ms DOUBLE COMMENT ''how much shorter the round trips may have been'',
  ADD COLUMN latency_error_p90_ms DOUBLE,
  ADD COLUMN latency_error_p99_ms DOUBLE,
  ADD COLUMN disturbed TINYINT UNSIGNED COMMENT ''1 where the crawling process stood still for more than a second'',
  ADD COLUMN lost_ms DOUBLE COMMENT ''how long it stood still in all''', 'DO 0')
  FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'crawl' AND COLUMN_NAME = 'lost_ms');
PREPARE expand FROM @statement;
EXECUTE expand;
DEALLOCATE PREPARE expand;

SET @statement = (SELECT IF(COUNT(*) = 0, 'ALTER TABLE visit
  ADD COLUMN latency_error_us BIGINT UNSIGNED COMMENT ''how much shorter than latency_us the round trip may have been''', 'DO 0')
  FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'visit' AND COLUMN_NAME = 'latency_error_us');
PREPARE expand FROM @statement;
EXECUTE expand;
DEALLOCATE PREPARE expand;

CREATE OR REPLACE SQL SECURITY INVOKER VIEW visit_detail AS
SELECT CAST(FROM_UNIXTIME(v.started_at / 1000) AS DATETIME(3)) AS started_at, s.scan, s.network, NULLIF(s.vantage, '') AS vantage, v.crawl_id, p.node_id,
  d.word AS discovery_type, w.word AS source, v.attempt, l.word AS lane, v.duration_ms, o.word AS outcome, t.detail,
  a.multiaddr AS address, c.transport, NULLIF(c.security, '') AS security, NULLIF(c.muxer, '') AS muxer, c.limited,
  NULLIF(g.agent_version, '') AS agent_version, NULLIF(g.protocol_version, '') AS protocol_version,
  r.protocols, e.addresses, v.latency_us / 1000 AS latency_ms, v.queries, v.queries_failed, v.peers_named,
  v.latency_error_us / 1000 AS latency_error_ms
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
