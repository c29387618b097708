import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { zstdDecompressSync } from 'node:zlib'
import { pino } from 'pino'
import { DumpFolder } from '../../../consumer/dumps/dump-folder.ts'
import { readManifest } from '../../../consumer/dumps/dump-manifest.ts'
import { MIN_FREE_BYTES, RecordDump } from '../../../consumer/dumps/record-dump.ts'
import { SqliteStore } from '../../../consumer/store/sqlite/sqlite-store.ts'
import { CRAWL_ID, PEERS, visitOf } from '../../support/consumer/messages.ts'
import { SCHEMA_VERSION } from '../../support/consumer/migrated-database.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { TempFolder } from '../../support/temp-folder.ts'
import type { DumpResult, RecordDumpOptions } from '../../../consumer/dumps/record-dump.ts'

const { signal } = new AbortController()
const MINUTE = 60_000

interface Fixture extends AsyncDisposable {
  clock: FakeClock
  store: SqliteStore
  folder: DumpFolder
  dump: (options?: Partial<RecordDumpOptions>) => Promise<DumpResult>

  /** Peer ids in a file. */
  peersIn: (result: DumpResult) => string[]
  path: (name: string) => string
}

async function open (): Promise<Fixture> {
  const temp = new TempFolder()
  const clock = new FakeClock()
  const store = await SqliteStore.open({ clock }, { path: temp.file('store.db'), coalesceWindowMs: 0 })
  await store.migrate()
  const folder = await DumpFolder.open(temp.file('dumps'))
  const path = (name: string): string => temp.file(`dumps/${name}`)

  return {
    clock,
    store,
    folder,
    path,
    dump: async (options) => {
      return await new RecordDump({ store, folder, clock, log: pino({ level: 'silent' }) }, { contents: ['nodes'], format: 'NDJSON', full: false, keepMs: 60 * MINUTE, ...options }).dump('nodes', signal)
    },
    peersIn: (result) => {
      assert.ok(result.outcome === 'written')
      const lines = zstdDecompressSync(readFileSync(path(result.entry.file))).toString().trimEnd().split('\n')
      return lines.map(line => (JSON.parse(line) as { node_id: string }).node_id)
    },
    [Symbol.asyncDispose]: async () => {
      await store[Symbol.asyncDispose]()
      temp[Symbol.dispose]()
    }
  }
}

let second = 0
const sight = async ({ store }: Fixture, peer: string): Promise<void> => {
  second++
  const crawlId = CRAWL_ID + second
  await store.write({ visits: [visitOf({ nodeId: peer, crawlId, startedAt: new Date(crawlId * 1_000).toISOString() })], crawls: [] })
}

suite('RecordDump', () => {
  test('writes all peers first and then those written since, also when their visits are old', async () => {
    await using fixture = await open()
    const { clock, dump, peersIn, store } = fixture
    await sight(fixture, PEERS[0])
    await sight(fixture, PEERS[1])
    await clock.advance(MINUTE)
    const first = await dump()
    await clock.advance(MINUTE)
    await store.write({ visits: [visitOf({ nodeId: PEERS[2], crawlId: 1, startedAt: '2020-01-01T00:00:00.000Z' })], crawls: [] })
    await clock.advance(MINUTE)
    const next = await dump()

    assert.deepEqual(peersIn(first), [PEERS[0], PEERS[1]])
    assert.deepEqual(peersIn(next), [PEERS[2]])
  })

  test('describes each file in the manifest', async () => {
    await using fixture = await open()
    const { clock, dump, path } = fixture
    await sight(fixture, PEERS[0])
    const result = await dump()
    assert.ok(result.outcome === 'written')
    const takenAt = new Date(clock.now()).toISOString()
    const { sha256, bytes, minTime, maxTime, ...entry } = result.entry

    assert.deepEqual(entry, {
      file: `nodes-${takenAt.replaceAll(/[-:]/g, '')}.ndjson.zst`,
      content: 'nodes',
      format: 'NDJSON',
      compression: 'zstd',
      schemaVersion: SCHEMA_VERSION,
      takenAt,
      full: true,
      changedSince: null,
      count: 1,
      generation: null
    })
    assert.equal(minTime, maxTime)
    assert.equal(bytes, readFileSync(path(entry.file)).length)
    assert.match(sha256, /^[0-9a-f]{64}$/)
    assert.deepEqual(JSON.parse(readFileSync(path('manifest.json'), 'utf8')), { version: 1, dumps: [{ ...result.entry, minLastSeen: minTime, maxLastSeen: maxTime }] })
  })

  test('writes all peers each time when asked for full dumps', async () => {
    await using fixture = await open()
    const { clock, dump, peersIn } = fixture
    await sight(fixture, PEERS[0])
    await dump({ full: true })
    await clock.advance(MINUTE)
    await sight(fixture, PEERS[1])
    const result = await dump({ full: true })

    assert.deepEqual(peersIn(result), [PEERS[0], PEERS[1]])
  })

  test('writes nothing when no peer was written since the last one', async () => {
    await using fixture = await open()
    const { clock, dump, folder } = fixture
    await sight(fixture, PEERS[0])
    await clock.advance(MINUTE)
    await dump()
    await clock.advance(MINUTE)

    assert.deepEqual(await dump(), { outcome: 'unchanged' })
    assert.deepEqual(await dump({ full: true }), { outcome: 'unchanged' })
    assert.equal((await folder.list()).length, 2)
  })

  test('goes through more peers than one page holds', async () => {
    await using fixture = await open()
    const peers = Array.from({ length: 950 }, (_, i) => `QmPeerNumber${String(i).padStart(3, '0').replaceAll('0', 'a')}`)
    await fixture.store.write({ visits: peers.map(nodeId => visitOf({ nodeId })), crawls: [] })

    assert.deepEqual(fixture.peersIn(await fixture.dump()), peers.toSorted())
  })

  test('removes files older than they are kept, never the newest, and orphans as well', async () => {
    await using fixture = await open()
    const { clock, dump, folder, path } = fixture
    writeFileSync(path('nodes-20200101T000000.000Z.ndjson.zst'), 'an orphan')
    writeFileSync(path('notes.txt'), 'somebody else\'s')
    await sight(fixture, PEERS[0])
    await dump()
    await clock.advance(MINUTE)
    await sight(fixture, PEERS[0])
    await clock.advance(MINUTE)
    const last = await dump()
    assert.ok(last.outcome === 'written')
    assert.equal((await folder.list()).length, 4)
    await clock.advance(120 * MINUTE)

    assert.deepEqual(await dump(), { outcome: 'unchanged' })
    assert.deepEqual((await folder.list()).sort(), ['manifest.json', last.entry.file, 'notes.txt'])
    assert.deepEqual((await readManifest(folder))?.dumps, [last.entry])
  })

  test('leaves out a dump when the disk is nearly full', async () => {
    await using fixture = await open()
    const { dump, folder } = fixture
    await sight(fixture, PEERS[0])
    folder.free = async () => await Promise.resolve(MIN_FREE_BYTES - 1)

    assert.deepEqual(await dump(), { outcome: 'skipped' })
    assert.deepEqual(await folder.list(), [])
  })

  test('begins with a full dump and a new manifest where the manifest is broken', async () => {
    await using fixture = await open()
    const { dump, path, peersIn } = fixture
    await sight(fixture, PEERS[0])
    writeFileSync(path('manifest.json'), '{')

    assert.deepEqual(peersIn(await dump()), [PEERS[0]])
    assert.equal((JSON.parse(readFileSync(path('manifest.json'), 'utf8')) as { dumps: unknown[] }).dumps.length, 1)
  })
})
