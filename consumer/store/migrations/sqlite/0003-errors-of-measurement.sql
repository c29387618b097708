-- What a measurement may be wrong by, and what a crawl lost by standing still. NULL where the crawler was an older one.
ALTER TABLE crawl ADD COLUMN latency_error_p50_ms REAL; -- how much shorter the round trips may have been
ALTER TABLE crawl ADD COLUMN latency_error_p90_ms REAL;
ALTER TABLE crawl ADD COLUMN latency_error_p99_ms REAL;
ALTER TABLE crawl ADD COLUMN disturbed INTEGER;         -- 1 where the crawling process stood still for more than a second
ALTER TABLE crawl ADD COLUMN lost_ms REAL;              -- how long it stood still in all
ALTER TABLE visit ADD COLUMN latency_error_us INTEGER;  -- how much shorter than latency_us the round trip may have been

DROP VIEW visit_detail;

CREATE VIEW visit_detail AS
SELECT strftime('%Y-%m-%d %H:%M:%f', v.started_at / 1000.0, 'unixepoch') AS started_at, s.scan, s.network, nullif(s.vantage, '') AS vantage, v.crawl_id, p.node_id,
  d.word AS discovery_type, w.word AS source, v.attempt, l.word AS lane, v.duration_ms, o.word AS outcome, t.detail,
  a.multiaddr AS address, c.transport, nullif(c.security, '') AS security, nullif(c.muxer, '') AS muxer, c.limited,
  nullif(g.agent_version, '') AS agent_version, nullif(g.protocol_version, '') AS protocol_version,
  r.protocols, e.addresses, v.latency_us / 1000.0 AS latency_ms, v.queries, v.queries_failed, v.peers_named,
  v.latency_error_us / 1000.0 AS latency_error_ms
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
