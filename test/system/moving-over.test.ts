// docs/moving-over.md as people follow it: every command as written, on a predecessor's database of 200,000 peers and a real topic
// with its messages.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, dirname } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import { PeerProbe } from '../../operator/api/v1alpha1.ts'
import { findProgram } from '../../scripts/provision/programs.ts'
import { visitMessage } from '../support/consumer/incoming.ts'
import { visitOf } from '../support/consumer/messages.ts'
import { DataPath, missingServers } from '../support/data-path/data-path.ts'
import { patternOf, stepsOf } from '../support/documents/guide.ts'
import { TempFolder } from '../support/temp-folder.ts'
import { until } from '../support/until.ts'
import type { OutgoingMessage } from '../../core/bus/port/event-bus.ts'
import type { DataLane } from '../support/data-path/data-path.ts'

const STEPS = stepsOf(fileURLToPath(new URL('../../docs/moving-over.md', import.meta.url)))
const CLI = fileURLToPath(new URL('../../cli/main.ts', import.meta.url))
const missing = missingServers ?? (findProgram('mysql') === undefined ? 'no mysql client' : undefined)
const LIMIT_MS = 180_000
const PEERS = 200_000
const LEGACY_MESSAGES = 1_000

// A base58 id for each number: digits of the number with the one that base58 lacks replaced.
const ID = (number: string): string => `CONCAT('QmPredecessor', REPLACE(${number}, '0', 'z'))`

const PREDECESSOR = `SET sql_mode = 'ALLOW_INVALID_DATES';
CREATE TABLE node_info (node_id VARCHAR(255), protocol_version VARCHAR(255), agent_version VARCHAR(512) CHARACTER SET utf8mb4,
  discovery_type VARCHAR(50), latency BIGINT, last_seen DATETIME);
CREATE TABLE address_info (id INT AUTO_INCREMENT PRIMARY KEY, node_id VARCHAR(255), multiaddr VARCHAR(700), last_seen DATETIME);
INSERT INTO node_info SELECT ${ID('seq')}, 'ipfs/0.1.0', CONCAT('kubo/0.', seq % 40, '.0 – “ü” 😀'), 'active', seq, '2025-12-01 10:00:00' FROM seq_1_to_${String(PEERS)};
INSERT INTO node_info SELECT ${ID('seq')}, 'ipfs/0.0.9', 'older', 'passive', NULL, '2025-11-01 10:00:00' FROM seq_1_to_10000;
INSERT INTO node_info VALUES ('not a peer', NULL, NULL, 'active', NULL, '2025-12-01 10:00:00'
 ), (NULL, NULL, NULL, NULL, NULL, '2025-12-01 10:00:00'), ('QmNoTimeeeee', NULL, NULL, NULL, NULL, '0000-00-00 00:00:00');
INSERT INTO address_info (node_id, multiaddr, last_seen)
  SELECT ${ID('seq')}, CONCAT('/ip4/198.51.', seq % 256, '.', seq DIV 256 % 256, '/tcp/4001'), '2025-12-01 10:00:00' FROM seq_1_to_${String(PEERS)};
INSERT INTO address_info (node_id, multiaddr, last_seen) SELECT ${ID('seq')}, '/ip6/2001:db8::1/udp/4001/quic-v1', '2025-12-01 10:00:00' FROM seq_1_to_100000;
INSERT INTO address_info (node_id, multiaddr, last_seen) VALUES ('QmNobodyyyyy', '/ip4/198.51.100.1/tcp/4001', '2025-12-01 10:00:00'), (${ID('1')}, 'no address', '2025-12-01 10:00:00');
CREATE EVENT clean_old_nodes ON SCHEDULE EVERY 1 DAY STARTS NOW() + INTERVAL 1 DAY DO DELETE FROM node_info WHERE last_seen < NOW() - INTERVAL 7 DAY`

const CONFIG = {
  Discovery: { ExportPeers: { Enabled: true, DumpFile: '/data/peers.json', DumpInterval: '120s' } },
  Database: { Host: 'db.example', User: 'kubo', Password: 'pa55', Database: 'ipfs', MaxOpenConns: 20, MaxIdleConns: 10 },
  Kafka: { Brokers: ['kafka.example:9092'], Topic: 'ipfs-nodes', ConsumerGroup: 'ipfs-node-consumer' }
}

function legacyMessage (i: number): OutgoingMessage {
  return { key: `k${String(i)}`, value: Buffer.from(JSON.stringify({ ID: `QmOld${String(i)}`, Addrs: ['/ip4/198.51.100.1/tcp/4001'] })), headers: {} }
}

suite('moving over', missing === undefined ? {} : { skip: missing }, () => {
  const stack = new AsyncDisposableStack()
  const folder = stack.use(new TempFolder())
  let lane: DataLane
  let env: Record<string, string>

  before(async () => {
    const path = stack.use(await DataPath.open())
    lane = stack.use(await path.lane())
    await lane.rows(PREDECESSOR)
    writeFileSync(folder.file('predecessor.json'), `// of the lab\n${JSON.stringify(CONFIG)}`)
    writeFileSync(folder.file('client.cnf'), `[client]\nhost=127.0.0.1\nport=${String(path.sql.port)}\nuser=root\n`, { mode: 0o600 })
    symlinkSync(CLI, folder.file('peerprobe'))
    env = { CLIENT_FILE: folder.file('client.cnf'), CONSUMER: lane.configPath, DATABASE: lane.name, PATH: [folder.path, dirname(process.execPath), process.env['PATH']].join(delimiter) }
    await lane.publish(Array.from({ length: LEGACY_MESSAGES }, (_, i) => legacyMessage(i)))
    await lane.publish([visitMessage(visitOf({ nodeId: 'QmAfterwarddd' }))])
  })
  after(async () => {
    await stack.disposeAsync()
  })

  for (const { line, commands, prints } of STEPS) {
    test(`line ${String(line)}: ${commands.split('\n')[0]!}`, async () => {
      if (commands.includes('dead-letters')) {
        await consume()
      }

      const { stdout } = await promisify(execFile)('bash', ['-eu', '-c', commands], { cwd: folder.path, env: { ...process.env, ...env } })

      if (prints !== undefined) {
        assert.match(stdout, patternOf(prints))
      }
    })
  }

  // A consumer as the operator starts it: it stores the visits and sets the old messages aside.
  async function consume (): Promise<void> {
    await using consumer = lane.consumer()
    await lane.settled()
    await until('all old messages are dead letters', async () => await consumer.counter('peerprobe_consumer_dead_letters_total', 'PP_LEGACY_MESSAGE') === LEGACY_MESSAGES, LIMIT_MS)
  }

  test('keeps each peer that has an id and a time, with its latest row, and adds those that are found afterwards', async () => {
    const [row] = await lane.rows(`SELECT
      (SELECT COUNT(*) FROM adopted_node_info a WHERE node_id LIKE 'Qm%' AND last_seen > 0
        AND NOT EXISTS (SELECT 1 FROM node_info n WHERE n.node_id = CONVERT(a.node_id USING ascii) COLLATE ascii_bin)) AS lost,
      (SELECT COUNT(*) FROM node_info WHERE agent_version LIKE 'kubo/0.%😀' AND first_seen <= last_seen) AS with_latest,
      (SELECT COUNT(*) FROM node_info WHERE node_id = 'QmAfterwarddd') AS afterwards,
      (SELECT COUNT(*) FROM node_info WHERE first_seen = '2025-11-01 10:00:00') AS with_first`)

    assert.deepEqual(Object.values(row!).map(Number), [0, PEERS, 1, 10_000])
  })

  test('made manifests that the resource takes, with the password in the Secrets alone', () => {
    for (const name of ['amino', 'trial']) {
      const text = readFileSync(folder.file(`${name}.yaml`), 'utf8')
      assert.ok(PeerProbe.safeParse(parse(text)).success)
      assert.ok(!text.includes('pa55'))
      assert.match(readFileSync(folder.file(`${name}-secret.yaml`), 'utf8'), /password: pa55/)
    }
  })
})
