// Tables as programs before this one left them, with every kind of row that a lenient server lets in.
import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { MYSQL_MIGRATIONS } from '../../../consumer/store/mysql/migrator.ts'
import { PEERS } from '../../support/consumer/messages.ts'

/** Makes them, in a session that is lenient and in UTC. */
export const PREDECESSOR = `
CREATE TABLE node_info (
  node_id VARCHAR(255) CHARACTER SET latin1, protocol_version VARCHAR(255), agent_version VARCHAR(512) CHARACTER SET utf8mb4,
  discovery_type VARCHAR(50), latency DOUBLE, last_seen DATETIME DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE address_info (
  id INT AUTO_INCREMENT PRIMARY KEY, node_id VARCHAR(255) CHARACTER SET latin1, multiaddr VARBINARY(2000),
  last_seen TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP, KEY (node_id));
INSERT INTO node_info VALUES
  ('${PEERS[0]}', 'ipfs/0.0.9', 'kubo/0.19.0', 'passive', 1e300, '2025-11-01 10:00:00'),
  ('${PEERS[0]}', 'ipfs/0.1.0', 'kubo/0.20.0', 'active', 41.6, '2025-12-01 10:00:00'),
  ('${PEERS[1]}', NULL, NULL, NULL, -1, '2025-12-02 10:00:00'),
  ('not a peer', NULL, NULL, 'active', NULL, '2025-12-03 10:00:00'),
  (NULL, NULL, NULL, 'active', NULL, '2025-12-03 10:00:00'),
  ('QmLine\n', NULL, NULL, 'active', NULL, '2025-12-03 10:00:00'),
  ('QmZero', 'x', 'x', 'active', 1, '0000-00-00 00:00:00'),
  ('QmZeroDay', 'x', 'x', 'active', 1, '2025-12-00 00:00:00'),
  ('QmZeroMonth', 'x', 'x', 'active', 1, '2025-00-10 00:00:00'),
  ('QmNoDay', 'x', 'x', 'active', 1, '2025-02-29 00:00:00'),
  ('QmNull', 'x', 'x', 'active', 1, NULL),
  ('QmFuture', 'x', 'x', 'active', 1, '9999-12-31 23:59:59'),
  ('QmLong', 'x\\0y', '${'ü'.repeat(300)}', 'weird — type', NULL, '2024-02-29 23:59:59');
INSERT INTO address_info (node_id, multiaddr, last_seen) VALUES
  ('${PEERS[0]}', '/ip4/192.0.2.1/tcp/4001', '2025-12-01 09:00:00'),
  ('${PEERS[0]}', '/ip4/192.0.2.1/tcp/4001', '2025-12-01 10:00:00'),
  ('${PEERS[0]}', '/ip4/192.0.2.1/tcp/4001/p2p/${PEERS[0]}', '2025-12-01 08:00:00'),
  ('${PEERS[0]}', NULL, '2025-12-01 08:00:00'),
  ('${PEERS[0]}', x'2fff', '2025-12-01 08:00:00'),
  ('${PEERS[0]}', 'no address', '2025-12-01 08:00:00'),
  ('${PEERS[0]}', '/ip4/192.0.2.8\\0', '2025-12-01 08:00:00'),
  ('${PEERS[0]}', '/dns4/${'x'.repeat(600)}', '2025-12-01 08:00:00'),
  ('${PEERS[1]}', '/dns4/ä.example/tcp/1', '0000-00-00 00:00:00'),
  ('${PEERS[1]}', '/ip4/192.0.2.7/tcp/1', NULL),
  ('${PEERS[2]}', '/ip4/192.0.2.3/tcp/4001', '2025-12-02 10:00:00'),
  ('QmZero', '/ip4/192.0.2.3/tcp/4001', '2025-12-02 10:00:00')`

/** Our tables as the first migration makes them, and its mark. */
export const LEFT_OVER = `CREATE TABLE schema_migration (version INT UNSIGNED NOT NULL PRIMARY KEY, name VARCHAR(128) NOT NULL, checksum CHAR(64) NOT NULL,
  applied_at TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)); ${initial()} INSERT INTO schema_migration (version, name, checksum) VALUES (1, 'initial', '${hash('sha256', initial(), 'hex')}')`

/** The peers and the addresses, as a test compares them. */
export const NODES = 'SELECT node_id, agent_version, protocol_version, discovery_type, latency, last_seen, first_seen, identified_at, last_outcome FROM node_info ORDER BY last_seen < \'2025-01-01\', node_id'
export const ADDRESSES = 'SELECT node_id, multiaddr, last_seen, LOWER(HEX(addr_hash)) = LEFT(SHA2(multiaddr, 256), 32) AS fits FROM address_info ORDER BY node_id, multiaddr'

function initial (): string {
  return readFileSync(join(MYSQL_MIGRATIONS, '0001-initial.sql'), 'utf8')
}
