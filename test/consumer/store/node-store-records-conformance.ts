// What every adapter reads for files and listings; a part of the NodeStore conformance suite.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { deriveSessions } from '../../../consumer/jobs/sessions/derive-sessions.ts'
import { columnsOf } from '../../../consumer/records/record-kinds.ts'
import { isProbeError } from '../../../core/errors.ts'
import { createLogger } from '../../../core/process/logger.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { CRAWL_ID, crawlOf, failedVisitOf, PEERS, visitOf } from '../../support/consumer/messages.ts'
import { contentsOf } from './node-store-fixture.ts'
import type { StoredRecord } from '../../../consumer/records/record-column.ts'
import type { RecordFilter } from '../../../consumer/records/record-filter.ts'
import type { RecordKind } from '../../../consumer/records/record-kinds.ts'
import type { StoreSnapshot } from '../../../consumer/store/model/node-store.ts'
import type { Visit } from '../../../core/contracts/visit.ts'
import type { OpenStore, Row, StoreFixture } from './node-store-fixture.ts'

const OTHER_SCAN = 'default/probe/other'
const at = (seconds: number): string => new Date(CRAWL_ID * 1_000 + seconds * 1_000).toISOString()
const ms = (seconds: number): number => CRAWL_ID * 1_000 + seconds * 1_000
const identify = (agentVersion: string, ...protocols: string[]): NonNullable<Visit['identify']> => ({ agentVersion, protocols, listenAddresses: ['/ip4/192.0.2.1/tcp/1'] })

const PLACE = { country: 'DE', asn: 24940, organisation: '=Hetzner, "Online" GmbH', cloud: 'Hetzner', source: 'Lab 2026-11-28' }

const VISITS = [
  visitOf({ nodeId: PEERS[0], startedAt: at(1), vantage: 'eu', lane: 'quic', place: PLACE, routingTable: { queries: 3, failed: 1, peers: 20 } }),
  visitOf({ nodeId: PEERS[0], attempt: 2, startedAt: at(30), identify: identify('a "quoted", 100% \\ agent é', '/a', 'b,"c', 'd') }),
  visitOf({ nodeId: PEERS[1], scan: OTHER_SCAN, network: 'filecoin', startedAt: at(700), crawlId: CRAWL_ID + 600, identify: identify('lotus-1', '/fil/kad/1.0.0') }),
  failedVisitOf({ nodeId: PEERS[1], startedAt: at(5), detail: 'connect ETIMEDOUT \0 \ud800' }),
  visitOf({ nodeId: PEERS[2], startedAt: at(3), outcome: 'identify-failed', identify: undefined, latencyMs: undefined, latencyErrorMs: undefined, discoveryType: 'passive', source: 'inbound' })
]
const CRAWLS = [
  crawlOf({ vantage: 'eu' }),
  crawlOf({ crawlId: CRAWL_ID + 600, state: 'started' }),
  crawlOf({ crawlId: CRAWL_ID + 900, scan: OTHER_SCAN, network: 'filecoin', state: 'aborted', disturbed: false })
]

interface Reading { filter?: RecordFilter, limit?: number }

// All pages of one size.
async function allRecords (snapshot: StoreSnapshot, kind: RecordKind, { filter = {}, limit = 100 }: Reading = {}): Promise<StoredRecord[]> {
  const records: StoredRecord[] = []

  for (let after: string | undefined; ;) {
    const page = await snapshot.records({ kind, filter, after, limit })
    assert.ok(page.records.length <= limit)
    records.push(...page.records)

    if (page.next === undefined) {
      return records
    }
    after = page.next
  }
}

const isoOf = (value: unknown): unknown => typeof value === 'string' ? `${value.replace(' ', 'T')}Z` : value
const listOf = (value: unknown): unknown => typeof value === 'string' ? JSON.parse(value) : value
const flagOf = (value: unknown): unknown => typeof value === 'number' ? value === 1 : value

// A row of a table as the record that a reader expects.
function asRecord (kind: RecordKind, row: Row): Row {
  const convert = { time: isoOf, list: listOf, boolean: flagOf, text: String, integer: Number, number: Number }

  return Object.fromEntries(columnsOf(kind).map(({ name, type }) => [name, row[name] === null ? null : convert[type](row[name])]))
}

function sorted (records: readonly Row[], ...key: string[]): Row[] {
  const textOf = (record: Row): string => key.map(name => String(record[name])).join('|')

  return records.toSorted((a, b) => textOf(a) < textOf(b) ? -1 : 1)
}

async function filled (open: OpenStore): Promise<StoreFixture> {
  const fixture = await open()
  await fixture.store.write({ visits: VISITS, crawls: CRAWLS })
  // The derivation pauses between its pages: the clock of the fixture stands still.
  const deps = { store: fixture.store, clock: systemClock, log: createLogger({ level: 'silent' }) }
  await deriveSessions(deps, { keepMs: Date.now(), isGentle: false }, new AbortController().signal)

  return fixture
}

const VISIT_KEY = ['crawl_id', 'scan', 'node_id', 'source', 'attempt']

const CASES: readonly [RecordKind, RecordFilter, readonly string[]][] = [
  ['nodes', { network: 'ipfs' }, [PEERS[0], PEERS[2]]],
  ['nodes', { network: 'ipf' }, []],
  ['nodes', { scan: OTHER_SCAN }, [PEERS[1]]],
  ['nodes', { scan: 'default/probe/main' }, [...PEERS]],
  ['nodes', { agent: '"quoted", 100% \\ agent é' }, [PEERS[0]]],
  ['nodes', { agent: 'LOTUS' }, []],
  ['nodes', { agent: '%' }, [PEERS[0]]],
  ['nodes', { agent: '\' OR 1=1 --' }, []],
  ['nodes', { agent: '\0' }, []],
  ['nodes', { protocol: 'b,"c' }, [PEERS[0]]],
  ['nodes', { protocol: 'c' }, []],
  ['nodes', { protocol: '/ipfs/kad/1.0.0' }, []],
  ['nodes', { protocol: '/fil/kad/1.0.0' }, [PEERS[1]]],
  ['nodes', { outcome: 'identify-failed' }, [PEERS[2]]],
  ['nodes', { sinceMs: ms(3) }, [...PEERS]],
  ['nodes', { sinceMs: ms(3) + 1, untilMs: ms(700) }, [PEERS[0]]],
  ['nodes', { network: 'ipfs', outcome: 'ok' }, [PEERS[0]]],
  ['visits', { network: 'filecoin' }, [at(700)]],
  ['visits', { scan: OTHER_SCAN }, [at(700)]],
  ['visits', { agent: 'kubo' }, [at(1)]],
  ['visits', { protocol: '/a' }, [at(30)]],
  ['visits', { protocol: 'b,"c' }, [at(30)]],
  ['visits', { protocol: 'c' }, []],
  ['visits', { outcome: 'timeout' }, [at(5)]],
  ['visits', { crawlId: CRAWL_ID + 600 }, [at(700)]],
  ['visits', { sinceMs: ms(5), untilMs: ms(700) }, [at(5), at(30)]],
  ['visits', { sinceMs: ms(700) + 0.5 }, []],
  ['visits', { untilMs: ms(3) }, [at(1)]],
  ['crawls', { network: 'filecoin' }, [at(900)]],
  ['crawls', { scan: 'default/probe/main' }, [at(0), at(600)]],
  ['crawls', { crawlId: CRAWL_ID }, [at(0)]],
  ['crawls', { sinceMs: ms(600), untilMs: ms(900) }, [at(600)]],
  ['sessions', { network: 'filecoin' }, [at(700)]],
  ['sessions', { network: 'ipf' }, []],
  ['sessions', { sinceMs: ms(700) }, [at(700)]],
  ['sessions', { sinceMs: ms(700) + 1 }, []],
  ['sessions', { network: 'filecoin', untilMs: ms(700) }, []]
]
const SHOWN: Readonly<Record<RecordKind, string>> = { nodes: 'node_id', visits: 'started_at', crawls: 'started_at', sessions: 'last_ok' }

/** Runs the suite; `open` gives each test an empty store. */
export function nodeStoreRecordsConformance (adapter: string, open: OpenStore): void {
  suite(`NodeStore conformance, records: ${adapter}`, () => {
    test('reads every visit and crawl with all columns, in pages of any size', async () => {
      await using fixture = await filled(open)
      await using snapshot = await fixture.store.snapshot()
      const { visit, crawl } = await contentsOf(fixture)

      for (const limit of [1, 2, 100]) {
        assert.deepEqual(sorted(await allRecords(snapshot, 'visits', { limit }), ...VISIT_KEY), sorted(visit.map(row => asRecord('visits', row)), ...VISIT_KEY))
        assert.deepEqual(await allRecords(snapshot, 'crawls', { limit }), crawl.map(row => asRecord('crawls', row)))
      }
    })

    test('reads every session with its bounds and lengths, in pages of any size', async () => {
      await using fixture = await filled(open)
      await using snapshot = await fixture.store.snapshot()
      const { sessions } = await fixture.store.sessions(undefined, 100)
      const iso = (atMs: number | null): string | null => atMs === null ? null : new Date(atMs).toISOString()
      const expected = sessions.map(({ nodeId, network, vantage, firstOkMs, lastOkMs, absentBeforeMs, firstFailMs, endOutcome, ...counts }) => ({
        node_id: nodeId,
        network,
        vantage: vantage === '' ? null : vantage,
        first_ok: iso(firstOkMs),
        last_ok: iso(lastOkMs),
        absent_before: iso(absentBeforeMs),
        first_fail: iso(firstFailMs),
        ...counts,
        end_outcome: endOutcome,
        at_least_s: (lastOkMs - firstOkMs) / 1_000,
        at_most_s: absentBeforeMs === null || firstFailMs === null ? null : (firstFailMs - absentBeforeMs) / 1_000,
        is_reported: absentBeforeMs !== null && firstFailMs !== null
      }))

      assert.ok(expected.length >= 2)
      for (const limit of [1, 2, 100]) {
        assert.deepEqual(await allRecords(snapshot, 'sessions', { limit }), expected)
      }
    })

    test('reads every peer with its addresses and networks', async () => {
      await using fixture = await filled(open)
      await using snapshot = await fixture.store.snapshot()
      const { node_info: nodes, node_place: places, address_info: addresses, node_network: networks } = await contentsOf(fixture)
      const expected = nodes.map((row, i) => asRecord('nodes', {
        ...row,
        ...places[i],
        addresses: addresses.filter(({ node_id }) => node_id === row['node_id']).map(({ multiaddr, last_seen }) => ({ multiaddr, last_seen: isoOf(last_seen) })),
        networks: networks.filter(({ node_id }) => node_id === row['node_id'])
          .map(({ network, first_seen, last_seen }) => ({ network, first_seen: isoOf(first_seen), last_seen: isoOf(last_seen) }))
      }))

      assert.equal(expected.length, 3)
      for (const limit of [1, 2, 3, 100]) {
        assert.deepEqual(await allRecords(snapshot, 'nodes', { limit }), expected)
      }
    })

    test('reads records of one moment', async () => {
      await using fixture = await open()
      await using snapshot = await fixture.store.snapshot()
      await fixture.store.write({ visits: VISITS, crawls: CRAWLS })

      for (const kind of ['nodes', 'visits', 'crawls', 'sessions'] as const) {
        assert.deepEqual(await snapshot.records({ kind, limit: 10 }), { records: [], next: undefined })
      }
    })

    test('reads only the records that meet every condition', async () => {
      await using fixture = await filled(open)
      await using snapshot = await fixture.store.snapshot()

      for (const [kind, filter, expected] of CASES) {
        for (const limit of [1, 2, 100]) {
          const found = (await allRecords(snapshot, kind, { filter, limit })).map(record => record[SHOWN[kind]])
          assert.deepEqual(found.toSorted(), expected.toSorted(), `${kind} ${JSON.stringify(filter)} by ${String(limit)}`)
        }
      }
    })

    test('reads at most the rows of a page, however few meet the conditions', async () => {
      await using fixture = await filled(open)
      await using snapshot = await fixture.store.snapshot()
      const first = await snapshot.records({ kind: 'nodes', filter: { outcome: 'identify-failed' }, limit: 2 })

      assert.deepEqual(first.records, [])
      assert.notEqual(first.next, undefined)
      assert.equal((await snapshot.records({ kind: 'nodes', filter: { outcome: 'identify-failed' }, limit: 2, after: first.next })).records.length, 1)
    })

    test('refuses conditions that a kind does not know, and cursors that no page returned', async () => {
      await using fixture = await filled(open)
      await using snapshot = await fixture.store.snapshot()
      const isRefused = (err: unknown): boolean => isProbeError(err, 'PP_RECORD_QUERY')

      await assert.rejects(snapshot.records({ kind: 'crawls', filter: { agent: 'x' }, limit: 1 }), isRefused)
      for (const after of ['', 'x', '[]', '[1,2,3]', '{"a":1}', '[null]', '[1.5]', '[[1]]']) {
        await assert.rejects(snapshot.records({ kind: 'nodes', after, limit: 1 }), isRefused, after)
      }
      assert.deepEqual((await snapshot.records({ kind: 'nodes', after: JSON.stringify(['\' OR 1=1 --\0']), limit: 9 })).records.length, 3)
    })
  })
}
