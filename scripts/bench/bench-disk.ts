/**
 * `npm run bench:disk [-- --peers 10000] [--crawls 6]`: the disk space that crawls ten minutes apart take on one
 * machine: the embedded log, while the database is behind and once it has caught up, and the SQLite database.
 * Peers stay the same and answer each time; a tenth has another port in each crawl.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { SqliteStore } from '../../consumer/store/sqlite/sqlite-store.ts'
import { EmbeddedGroup } from '../../core/bus/embedded/embedded-group.ts'
import { EmbeddedLog } from '../../core/bus/embedded/embedded-log.ts'
import { openDatabase } from '../../core/files/sqlite.ts'
import { wholeNumber } from '../../core/text/option-text.ts'
import { systemClock } from '../../core/time/clock.ts'
import { loadMessage, loadVisit } from './consume/visit-load.ts'
import { markdownTable } from './markdown-table.ts'
import type { Visit } from '../../core/contracts/visit.ts'

const { peers, crawls } = new Command('bench:disk')
  .option('--peers <n>', 'peers that each crawl visits', wholeNumber(1, 1_000_000), 10_000)
  .option('--crawls <n>', 'crawls, ten minutes apart', wholeNumber(1, 1_000), 6)
  .parse()
  .opts<{ peers: number, crawls: number }>()

const TOPIC = 'ipfs-nodes'
const PARTITIONS = 3
const INTERVAL_S = 600
const PER_PUBLISH = 100
const PER_BATCH = 500
const WEEK_MS = 604_800_000
const FIRST_PORT = 1_024
const PORTS = 24

const folder = mkdtempSync(join(tmpdir(), 'peerprobe-disk-'))
const logPath = join(folder, 'bus.sqlite')
const storePath = join(folder, 'peerprobe.sqlite')

try {
  process.stdout.write(`${await measure()}\n`)
} finally {
  rmSync(folder, { recursive: true })
}

async function measure (): Promise<string> {
  await using store = await SqliteStore.open({ clock: systemClock }, { path: storePath, coalesceWindowMs: INTERVAL_S * 1_000 })
  await store.migrate()
  using log = EmbeddedLog.open(logPath)
  log.ensureTopic({ name: TOPIC, partitions: PARTITIONS, retentionMs: WEEK_MS })
  const group = new EmbeddedGroup(log, { group: 'bench', topicId: log.topicId(TOPIC), memberId: 'bench', leaseMs: WEEK_MS })
  const startS = Math.floor(Date.now() / 1_000 / INTERVAL_S) * INTERVAL_S - crawls * INTERVAL_S
  const rows: string[][] = []
  let before = sizeOf(storePath)

  for (let i = 0; i < crawls; i++) {
    const nowMs = (startS + i * INTERVAL_S) * 1_000
    group.beat(nowMs)
    const raw = publish(log, startS + i * INTERVAL_S, nowMs)
    const behind = sizeOf(logPath)
    await consume(log, group, store)
    while (log.trim(nowMs) > 0) { /* a little at a time */ }
    const database = sizeOf(storePath)
    rows.push([String(i + 1), mb(raw), mb(storedBytes(log)), mb(behind), mb(sizeOf(logPath)), mb(database), mb(database - before)])
    before = database
  }

  return markdownTable(['crawl', 'messages MB', 'in the log MB', 'log file behind MB', 'log file after MB', 'database MB', 'growth MB'], rows)
}

function publish (log: EmbeddedLog, crawlId: number, nowMs: number): number {
  let raw = 0

  for (let from = 0; from < peers; from += PER_PUBLISH) {
    const messages = Array.from({ length: Math.min(PER_PUBLISH, peers - from) }, (_, i) => loadMessage(visitOf(from + i, crawlId)))
    raw += messages.reduce((sum, { value }) => sum + value.byteLength, 0)
    log.append(TOPIC, messages, nowMs)
  }

  return raw
}

function visitOf (peer: number, crawlId: number): Visit {
  const { identify, ...visit } = loadVisit(peer, crawlId)
  const crawl = crawlId / INTERVAL_S

  if (identify === undefined || (peer + crawl) % 10 !== 0) {
    return { ...visit, identify }
  }

  return { ...visit, identify: { ...identify, listenAddresses: [...identify.listenAddresses, `/ip4/192.0.2.1/tcp/${String(FIRST_PORT + crawl % PORTS)}`] } }
}

async function consume (log: EmbeddedLog, group: EmbeddedGroup, store: SqliteStore): Promise<void> {
  for (const partition of log.partitions(log.topicId(TOPIC))) {
    for (let at = group.positions()[partition.partition]?.committed ?? 0; at < partition.next;) {
      const messages = log.read(partition, at, PER_BATCH)
      await store.write({ visits: messages.map(({ value }) => JSON.parse(Buffer.from(value).toString()) as Visit), crawls: [] })
      at += messages.length
      group.commit(partition.partitionId, at)
    }
  }
}

function storedBytes (log: EmbeddedLog): number {
  return log.partitions(log.topicId(TOPIC)).reduce((sum, partition) => sum + partition.storedBytes, 0)
}

// The size after the write-ahead log is merged into the file.
function sizeOf (path: string): number {
  using database = openDatabase(path, { busyTimeoutMs: 1_000 })
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)')

  return statSync(path).size
}

function mb (bytes: number): string {
  return (bytes / 1_000_000).toFixed(1)
}
