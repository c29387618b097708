-- Where peers are, as the place files of the crawlers say. NULL where nothing was looked up.
-- A dictionary like the others; texts are empty, and asn is 0, where the files have no such column or do not know the number.
CREATE TABLE place (place_id INTEGER PRIMARY KEY, country TEXT NOT NULL, asn INTEGER NOT NULL, organisation TEXT NOT NULL, cloud TEXT NOT NULL, source TEXT NOT NULL, last_used_day INTEGER NOT NULL, UNIQUE (country, asn, organisation, cloud, source)) STRICT;

ALTER TABLE visit ADD COLUMN place_id INTEGER;          -- where the address that answered is
ALTER TABLE node_info ADD COLUMN country TEXT;          -- ISO 3166-1 alpha-2, or unknown
ALTER TABLE node_info ADD COLUMN asn INTEGER;           -- number of the autonomous system
ALTER TABLE node_info ADD COLUMN organisation TEXT;     -- its name
ALTER TABLE node_info ADD COLUMN cloud TEXT;            -- name, none or unknown
ALTER TABLE node_info ADD COLUMN placed_at TEXT;        -- last contact whose address was looked up

DROP VIEW visit_detail;

CREATE VIEW visit_detail AS
SELECT strftime('%Y-%m-%d %H:%M:%f', v.started_at / 1000.0, 'unixepoch') AS started_at, s.scan, s.network, nullif(s.vantage, '') AS vantage, v.crawl_id, p.node_id,
  d.word AS discovery_type, w.word AS source, v.attempt, l.word AS lane, v.duration_ms, o.word AS outcome, t.detail,
  a.multiaddr AS address, c.transport, nullif(c.security, '') AS security, nullif(c.muxer, '') AS muxer, c.limited,
  nullif(g.agent_version, '') AS agent_version, nullif(g.protocol_version, '') AS protocol_version,
  r.protocols, e.addresses, v.latency_us / 1000.0 AS latency_ms, v.queries, v.queries_failed, v.peers_named,
  v.latency_error_us / 1000.0 AS latency_error_ms,
  nullif(x.country, '') AS country, nullif(x.asn, 0) AS asn, nullif(x.organisation, '') AS organisation, nullif(x.cloud, '') AS cloud, x.source AS place_source
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
LEFT JOIN protocol_set r USING (protocol_set_id)
LEFT JOIN place x USING (place_id);
