// Dumps of each format, read back by DuckDB, and what a change of format does.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { pino } from 'pino'
import { DumpFolder } from '../../../consumer/dumps/dump-folder.ts'
import { readManifest } from '../../../consumer/dumps/dump-manifest.ts'
import { RecordDump } from '../../../consumer/dumps/record-dump.ts'
import { SqliteStore } from '../../../consumer/store/sqlite/sqlite-store.ts'
import { readWithDuckdb } from '../../support/consumer/duckdb-reader.ts'
import { CRAWL_ID, PEERS, visitOf } from '../../support/consumer/messages.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { TempFolder } from '../../support/temp-folder.ts'
import type { DumpEntry } from '../../../consumer/dumps/dump-manifest.ts'
import type { RecordFormatName } from '../../../consumer/records/formats/record-format.ts'
import type { StoredRecord } from '../../../consumer/records/record-column.ts'
import type { StoreSnapshot } from '../../../consumer/store/model/node-store.ts'

const { signal } = new AbortController()
const MINUTE = 60_000
const KEEP_MS = 60 * MINUTE
const FORMATS = ['NDJSON', 'CSV', 'Parquet'] as const

interface Fixture extends AsyncDisposable {
  clock: FakeClock
  store: SqliteStore
  path: (name: string) => string

  /** Writes a dump. @returns its entry; undefined when none was written */
  dump: (format: RecordFormatName) => Promise<DumpEntry | undefined>
  see: (...peers: string[]) => Promise<void>

  /** Peer ids in a file. */
  peersIn: (entry: DumpEntry | undefined) => Promise<unknown[]>
}

interface FixtureOptions { snapshot?: (store: SqliteStore) => Promise<StoreSnapshot> }

async function open ({ snapshot = async store => await store.snapshot() }: FixtureOptions = {}): Promise<Fixture> {
  const temp = new TempFolder()
  const clock = new FakeClock()
  const store = await SqliteStore.open({ clock }, { path: temp.file('store.db'), coalesceWindowMs: 0 })
  await store.migrate()
  const folder = await DumpFolder.open(temp.file('dumps'))
  const deps = { store: { snapshot: async () => await snapshot(store) }, folder, clock, log: pino({ level: 'silent' }) }
  const path = (name: string): string => temp.file(`dumps/${name}`)
  let crawlId = CRAWL_ID

  return {
    clock,
    store,
    path,
    dump: async (format) => {
      const result = await new RecordDump(deps, { contents: ['nodes'], format, full: false, keepMs: KEEP_MS }).dump('nodes', signal)
      return result.outcome === 'written' ? result.entry : undefined
    },
    // Dumps overlap by some seconds: the peers of the next one are written later than that.
    see: async (...peers) => {
      crawlId++
      await clock.advance(MINUTE)
      await store.write({ visits: peers.map(nodeId => visitOf({ nodeId, crawlId, startedAt: new Date(crawlId * 1_000).toISOString() })), crawls: [] })
      await clock.advance(MINUTE)
    },
    peersIn: async (entry) => {
      assert.ok(entry !== undefined)
      return (await readWithDuckdb(path(entry.file), 'nodes', entry.format)).map(({ node_id: peer }) => peer)
    },
    [Symbol.asyncDispose]: async () => {
      await store[Symbol.asyncDispose]()
      temp[Symbol.dispose]()
    }
  }
}

const HOSTILE = ['=1+1', '\'@x', 'a,"b"\r\nc', '\u2028\u202E\u0000', '\uFEFFx', '']

/** All peers as the store has them. */
async function stored (store: SqliteStore): Promise<readonly StoredRecord[]> {
  await using snapshot = await store.snapshot()
  const { records, next } = await snapshot.records({ kind: 'nodes', limit: 1_000 })
  assert.equal(next, undefined)

  return records
}

suite('dumps of each format', () => {
  for (const format of FORMATS) {
    test(`${format}: an independent reader finds the rows of the store, over several pages and with hostile texts`, async () => {
      await using fixture = await open()
      const { store, path, dump } = fixture
      const peers = Array.from({ length: 950 }, (_, i) => `QmPeerNumber${String(i).padStart(3, '0').replaceAll('0', 'a')}`)
      await store.write({ visits: peers.map((nodeId, i) => visitOf({ nodeId, identify: { agentVersion: HOSTILE[i % 10] ?? `agent ${String(i)}`, protocols: [], listenAddresses: ['/ip4/192.0.2.1/tcp/4001', '/dns4/a,b/tcp/1'] } })), crawls: [] })
      const entry = await dump(format)
      assert.ok(entry !== undefined)
      const content = readFileSync(path(entry.file))
      const rows = await stored(store)

      assert.equal(rows.length, peers.length)
      assert.deepEqual(await readWithDuckdb(path(entry.file), 'nodes', format), rows)
      assert.deepEqual([entry.count, entry.bytes, entry.sha256], [rows.length, content.length, createHash('sha256').update(content).digest('hex')])
    })

    test(`${format}: a dump of an empty store can be read`, async () => {
      await using fixture = await open()
      assert.deepEqual(await fixture.peersIn(await fixture.dump(format)), [])
    })

    test(`${format}: a store that fails half-way leaves no file`, async () => {
      const failure = new TypeError('store is away')
      await using fixture = await open({
        snapshot: async (store) => {
          const snapshot = await store.snapshot()
          let pages = 0

          return {
            schemaVersion: snapshot.schemaVersion,
            records: async (query) => {
              pages++
              return pages === 2 ? await Promise.reject(failure) : await snapshot.records(query)
            },
            visitChanges: async query => await snapshot.visitChanges(query),
            sessionsGeneration: async () => await snapshot.sessionsGeneration(),
            [Symbol.asyncDispose]: async () => {
              await snapshot[Symbol.asyncDispose]()
            }
          }
        }
      })
      await fixture.store.write({ visits: Array.from({ length: 950 }, (_, i) => visitOf({ nodeId: `QmPeerNumber${String(i).padStart(3, '0').replaceAll('0', 'a')}` })), crawls: [] })
      await assert.rejects(fixture.dump(format), failure)

      assert.deepEqual(readdirSync(fixture.path('')), [])
    })
  }

  test('have the name, format and compression of their format', async () => {
    await using fixture = await open()
    const entries: unknown[] = []

    for (const format of FORMATS) {
      await fixture.see(PEERS[0])
      const entry = await fixture.dump(format)
      entries.push([entry?.file.replace(/^nodes-[0-9]{8}T[0-9]{6}\.[0-9]{3}Z/, ''), entry?.format, entry?.compression])
    }

    assert.deepEqual(entries, [['.ndjson.zst', 'NDJSON', 'zstd'], ['.csv.zst', 'CSV', 'zstd'], ['.parquet', 'Parquet', 'none']])
  })
})

suite('a change of format', () => {
  test('begins with a full dump, and the files of each format have all peers', async () => {
    await using fixture = await open()
    const { see, dump, peersIn, clock } = fixture
    await see(PEERS[0])
    const first = await dump('NDJSON')
    await clock.advance(MINUTE)
    const changed = await dump('Parquet')
    await see(PEERS[1])
    const next = await dump('Parquet')
    await see(PEERS[2])
    const back = await dump('NDJSON')

    assert.deepEqual(await Promise.all([first, changed, next, back].map(peersIn)), [[PEERS[0]], [PEERS[0]], [PEERS[1]], [PEERS[1], PEERS[2]].sort()])
    assert.deepEqual([first, changed, next, back].map(entry => entry?.full), [true, true, false, false])
    assert.deepEqual((await readManifest({ path: fixture.path('') }))?.dumps, [first, changed, next, back])
  })

  test('keeps the older files listed until they are too old, and removes leftovers of all formats', async () => {
    await using fixture = await open()
    const { see, dump, path, clock } = fixture
    await see(PEERS[0])
    await dump('CSV')
    const last = await dump('Parquet')
    assert.ok(last !== undefined)

    for (const ending of ['ndjson.zst', 'csv.zst', 'parquet']) {
      writeFileSync(path(`nodes-20200101T000000.000Z.${ending}`), 'not in the manifest')
    }
    writeFileSync(path('nodes-20200101T000000.000Z.parquet.bak'), 'somebody else\'s')
    await clock.advance(2 * KEEP_MS)
    assert.equal(await dump('Parquet'), undefined)

    assert.deepEqual(readdirSync(path('')).sort(), ['manifest.json', 'nodes-20200101T000000.000Z.parquet.bak', last.file].sort())
    assert.deepEqual((await readManifest({ path: path('') }))?.dumps, [last])
  })

  test('continues a manifest of a version that had NDJSON and nodes only', async () => {
    await using fixture = await open()
    const { see, dump, peersIn, path } = fixture
    await see(PEERS[0])
    const first = await dump('NDJSON')
    assert.ok(first !== undefined)
    const { file, schemaVersion, takenAt, full, changedSince, count, minTime, maxTime, bytes, sha256 } = first
    const old = { file, format: 'NDJSON', compression: 'zstd', schemaVersion, takenAt, full, changedSince, count, minLastSeen: minTime, maxLastSeen: maxTime, bytes, sha256 }
    writeFileSync(path('manifest.json'), JSON.stringify({ version: 1, dumps: [old] }))
    await see(PEERS[1])

    assert.deepEqual(await peersIn(await dump('NDJSON')), [PEERS[1]])
    assert.deepEqual(await peersIn(await dump('CSV')), [PEERS[0], PEERS[1]].sort())
    const after = await readManifest({ path: path('') })
    assert.ok(after !== undefined)
    assert.deepEqual(after.dumps.map(({ content, format }) => [content, format]), [['nodes', 'NDJSON'], ['nodes', 'NDJSON'], ['nodes', 'CSV']])
    assert.deepEqual(after.dumps[0], first)
    assert.equal(after.version, 2)
  })
})
