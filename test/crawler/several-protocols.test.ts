import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Scan } from '../../core/contracts/scan.ts'
import { createLogger } from '../../core/process/logger.ts'
import { systemClock } from '../../core/time/clock.ts'
import { formatAddress } from '../../crawler/address/address.ts'
import { openClientVisitor } from '../../crawler/client/client-visitor.ts'
import { KadProtocols } from '../../crawler/dht/kad-protocol.ts'
import { diagnose } from '../../crawler/engine/crawl-diagnosis.ts'
import { CrawlRun } from '../../crawler/engine/crawl.ts'
import { formatPeerId } from '../../crawler/peer/peer-id-text.ts'
import { laneVisitor } from '../../crawler/visit/visitor-options.ts'
import { NO_STANDSTILL } from '../support/client/no-standstill.ts'
import { crawlOnce } from '../support/network/crawl-once.ts'
import { serving, startPeer } from '../support/network/peers.ts'
import { ProtocolNetwork } from '../support/network/protocol-network.ts'
import { ScriptedDns } from '../support/network/scripted-dns.ts'
import type { CrawlReport } from '../../crawler/engine/crawl-report.ts'
import type { TestPeer } from '../support/network/peers.ts'
import type { Serves } from '../support/network/protocol-network.ts'

const GENESIS = '/91b171bb158e2d3848fa23a9f1c25182fb8e20313b2c1eb49219da7a70ce90c3/kad'
const LEGACY = '/sup/kad'
const LAN = '/ipfs/lan/kad/1.0.0'
const WIDE = '/ipfs/kad/1.0.0'
const log = createLogger({ level: 'silent' })
const { addresses } = Scan.parse({ name: 'main', network: { preset: 'ipfs' }, addresses: { policy: 'Any' } })
const OPTIONS = { agentVersion: 'peerprobe/test', addresses, dialTimeoutMs: 1_500, visitTimeoutMs: 5_000 }
const CRAWL = { crawlId: 1, crawlNumber: 0, strategy: 'Census', maxPeers: 1_000, maxDurationMs: 60_000, visitTimeoutMs: 5_000 } as const

interface Crawled { report: CrawlReport, outcomes: Record<string, string>, network: ProtocolNetwork, protocols: KadProtocols }

interface Setting { bootstrap: string, known?: string, configured?: readonly string[], concurrency?: number }

/** Crawls a network whose peers are named by letters. */
async function crawl (peers: Record<string, Serves>, { bootstrap, known = '', configured = [], concurrency = 1 }: Setting): Promise<Crawled> {
  const network = new ProtocolNetwork(peers)
  const protocols = new KadProtocols(configured)
  const deps = { clock: systemClock, dns: new ScriptedDns(), protocols }
  await using visitor = laneVisitor(network.dialler, { ...OPTIONS, kadProtocols: configured }, deps, new AsyncDisposableStack())
  const outcomes: Record<string, string> = {}
  const run = new CrawlRun({
    clock: systemClock,
    log,
    visitor,
    protocols,
    isDialable: () => true,
    busyShare: () => 0,
    standstill: NO_STANDSTILL,
    sink: { ready: () => undefined, accept: () => undefined },
    onVisit: ({ id, result }) => {
      outcomes[network.letterOf(id)] = result.outcome
    }
  }, { ...CRAWL, concurrency }, {
    bootstrap: Array.from(bootstrap).map(letter => network.record(letter)),
    connected: [],
    known: Array.from(known).map(letter => ({ ...network.record(letter), outcome: 'ok' as const, failures: 0 }))
  })

  return { report: await run.run(new AbortController().signal), outcomes, network, protocols }
}

function permutations (letters: readonly string[]): string[] {
  return letters.length < 2 ? [letters.join('')] : letters.flatMap((letter, i) => permutations(letters.toSpliced(i, 1)).map(rest => letter + rest))
}

const lists = (order: readonly string[], names: readonly string[] | Record<string, readonly string[]>): Serves =>
  Object.fromEntries(order.map(protocol => [protocol, Array.isArray(names) ? names as string[] : (names as Record<string, readonly string[]>)[protocol] ?? []]))
const ORDERS = [[GENESIS, LEGACY], [LEGACY, GENESIS]]
const FIVE = { a: 'ok', b: 'ok', c: 'ok', d: 'ok', e: 'ok' }

suite('a network with several DHT protocols that are not configured', () => {
  const branches = { b: { [GENESIS]: ['c'] }, d: { [LEGACY]: ['e'] }, c: { [GENESIS]: [] }, e: { [LEGACY]: [] } }

  for (const order of ORDERS) {
    const first = order[0] === GENESIS ? 'new' : 'old'

    test(`is found completely if the bootstrap peer lists the ${first} one first, with one table or one for each`, async () => {
      for (const names of permutations(['b', 'd']).map(text => Array.from(text))) {
        for (const concurrency of [1, 100]) {
          assert.deepEqual((await crawl({ a: lists(order, names), ...branches }, { bootstrap: 'a', concurrency })).outcomes, FIVE)
          assert.deepEqual((await crawl({ a: lists(order, { [GENESIS]: ['b'], [LEGACY]: ['d'] }), ...branches }, { bootstrap: 'a', concurrency })).outcomes, FIVE)
          assert.deepEqual((await crawl({ a: lists(order, { [GENESIS]: ['d'], [LEGACY]: ['b'] }), ...branches }, { bootstrap: 'a', concurrency })).outcomes, FIVE)
        }
      }
    })

    test(`is found completely from any bootstrap peer, if the common peer lists the ${first} one first`, async () => {
      const peers = { a: lists(order, []), ...branches }

      for (const bootstrap of permutations(['a', 'b', 'd'])) {
        assert.deepEqual((await crawl(peers, { bootstrap })).outcomes, FIVE, bootstrap)
      }
    })

    test(`is found completely if a peer of the other protocol is visited before that is learnt, ${first} one first`, async () => {
      for (const names of permutations(['a', 'b', 'd'])) {
        for (const protocol of order) {
          const { outcomes } = await crawl({ x: { [protocol]: Array.from(names) }, a: lists(order, []), ...branches }, { bootstrap: 'x' })
          assert.deepEqual(outcomes, { x: 'ok', ...FIVE }, `${names} by ${protocol}`)
        }
      }
    })
  }

  test('counts a peer that is visited again once, by its last visit', async () => {
    const { report, network } = await crawl({ x: { [LEGACY]: ['b', 'a'] }, a: lists(ORDERS[0]!, []), ...branches }, { bootstrap: 'x' })

    assert.partialDeepStrictEqual(report.totals, { discovered: 4, visited: 4, contacted: 4, dhtServers: 4, outcomes: { ok: 4 } })
    assert.equal(report.distributions.agentVersions.top.find(({ value }) => value === 'peer/b')?.count, 1)
    assert.equal(network.opened.filter(text => text === `b ${GENESIS}`).length, 1)
  })

  test('of another network is not followed: no server of this network lists its protocol', async () => {
    const { outcomes } = await crawl({ a: { [LEGACY]: ['f'] }, f: { '/foreign/kad/1': ['g'] }, g: { '/foreign/kad/1': [] } }, { bootstrap: 'a' })

    assert.deepEqual(outcomes, { a: 'ok', f: 'identified' })
  })

  test('whose peers all serve both protocols with one table is queried by both only at first', async () => {
    const letters = Array.from({ length: 30 }, (_, i) => String.fromCharCode(65 + i))
    const { network, outcomes } = await crawl(Object.fromEntries(letters.map(letter => [letter, lists(ORDERS[0]!, letters)])), { bootstrap: 'A' })

    assert.equal(Object.values(outcomes).filter(outcome => outcome === 'ok').length, 30)
    assert.equal(network.opened.length, 30 + 8 + 2)
  })

  test('is learnt from the local network if there is no other protocol, and dropped when there is', async () => {
    assert.deepEqual((await crawl({ a: { [LAN]: ['b'] }, b: { [LAN]: [] } }, { bootstrap: 'a' })).outcomes, { a: 'ok', b: 'ok' })
    const mixed = await crawl({ a: { [WIDE]: [], [LAN]: ['b'] }, b: { [LAN]: [] } }, { bootstrap: 'a' })
    assert.deepEqual(mixed.outcomes, { a: 'ok', b: 'ok' })
    const wide = await crawl({ a: { [LAN]: [], [WIDE]: ['b', 'c'] }, b: { [LAN]: [] }, c: { [WIDE]: [] } }, { bootstrap: 'a' })
    assert.deepEqual(wide.outcomes, { a: 'ok', b: 'identified', c: 'ok' })
  })

  test('is recognised in many forms of protocol ids', async () => {
    for (const protocol of ['/kademlia/1.0.0', '/my/kademlia', '/mykad/1', '/avail_kad/id/1.0.0-b91746']) {
      assert.deepEqual((await crawl({ a: { [protocol]: ['b'] }, b: { [protocol]: [] } }, { bootstrap: 'a' })).outcomes, { a: 'ok', b: 'ok' }, protocol)
    }
  })
})

test('a crawl by a protocol that no peer serves reports this, and what the peers list', async () => {
  const peers = { a: { '/lab/kad/1.0.0': ['b'] }, b: { '/lab/kad/1.0.0': [] } }
  const { report } = await crawl(peers, { bootstrap: 'ab', configured: ['/guess/kad/1.0.0'] })
  const { problem } = diagnose(report, 'lab')

  assert.equal(problem?.code, 'PP_NO_DHT_SERVER')
  assert.match(problem.message, /none of the 2 peers of network lab that were contacted serves \/guess\/kad\/1\.0\.0; they list \/lab\/kad\/1\.0\.0 \(2\)/)
  assert.match(diagnose((await crawl({ a: { [LAN]: ['b'] } }, { bootstrap: 'a', configured: [WIDE] })).report, 'lab').problem?.message ?? '', /they list \/ipfs\/lan\/kad\/1\.0\.0 \(1\)/)
})

test('a crawl that misses a part of the network warns, and reports what that part lists', async () => {
  const { report } = await crawl({ a: { [LEGACY]: ['b', 'f'] }, b: { [LEGACY]: [] }, f: { '/foreign/kad/1': [] } }, { bootstrap: 'a' })
  const { problem, warning } = diagnose(report, 'lab')

  assert.equal(problem, undefined)
  assert.match(warning?.message ?? '', /^1 of the 3 peers that were contacted serve none of \/sup\/kad, but list \/foreign\/kad\/1 \(1\)/)
})

test('a network with several configured protocols is queried by each one that a peer serves', async () => {
  const peers = { a: { [WIDE]: ['b'], [LAN]: ['c'] }, b: { [WIDE]: [] }, c: { [LAN]: ['d'] }, d: { [LAN]: [] } }

  for (const configured of [[WIDE, LAN], [LAN, WIDE]]) {
    assert.deepEqual((await crawl(peers, { bootstrap: 'a', configured })).outcomes, { a: 'ok', b: 'ok', c: 'ok', d: 'ok' })
  }
})

test('js-libp2p peers of two protocols are all found, whichever is listed first', { timeout: 60_000 }, async () => {
  for (const order of ORDERS) {
    await using stack = new AsyncDisposableStack()
    const start = async (protocols: readonly string[], names: readonly TestPeer[]): Promise<TestPeer> => stack.use(await startPeer({
      serve: Object.fromEntries(protocols.map(protocol => [protocol, serving(names.map(({ id, address }) => ({ id, addresses: [address] })))]))
    }))
    const [c, e] = [await start([GENESIS], []), await start([LEGACY], [])]
    const [b, d] = [await start([GENESIS], [c]), await start([LEGACY], [e])]
    const a = await start(order, [b, d])
    const protocols = new KadProtocols([])
    const visitor = stack.use(openClientVisitor({ ...OPTIONS, kadProtocols: [] }, { clock: systemClock, dns: new ScriptedDns(), protocols }))
    const bootstrapPeers = [`${formatAddress(a.address) ?? ''}/p2p/${formatPeerId(a.id)}`]
    const visits = await crawlOnce({ visitor, bootstrapPeers, strategy: 'Census', protocols })

    assert.deepEqual([a, b, c, d, e].map(({ id }) => visits.get(formatPeerId(id))?.outcome), ['ok', 'ok', 'ok', 'ok', 'ok'])
  }
})
