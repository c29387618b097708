import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { OUTCOME_NAMES } from '../../../core/contracts/outcome.ts'
import { LANES, MESSAGE_LIMITS, SOURCES, TRANSPORTS, Visit, VISIT_TYPE, visitIdOf } from '../../../core/contracts/visit.ts'
import { formatAddress } from '../../../crawler/address/address.ts'
import { shortVisitMessage, visitMessage } from '../../../crawler/publish/visit-message.ts'
import { addressOf, peerIdOf } from '../../support/network/simulated-network.ts'
import type { CompletedVisit } from '../../../crawler/engine/population/visit-sink.ts'

const CONTEXT = { scan: 'default/probe/main', network: 'ipfs', vantage: 'here' }
const STARTED_MS = Date.UTC(2026, 0, 1)

const completed = (change: Partial<CompletedVisit> = {}): CompletedVisit => ({
  crawlId: 1_767_225_600,
  attempt: 1,
  discoveryType: 'active',
  source: 'routing-table',
  id: peerIdOf('a'),
  addresses: [addressOf(1)],
  result: { lane: 'fast', startedAtMs: STARTED_MS, durationMs: 1.5, outcome: 'refused', attempts: [] },
  ...change
})
const parse = (visit: CompletedVisit): Visit => Visit.parse(JSON.parse(Buffer.from(visitMessage(visit, CONTEXT).value).toString()))

// A name of 200 letters: the longest name in a valid address.
const longAddress = (n: number): Uint8Array => Uint8Array.from([54, 0xc8, 0x01, ...Buffer.from(`${String(n).padStart(10, '0')}${'x'.repeat(190)}`), 6, 0x0f, 0xa1])

suite('visitMessage', () => {
  test('contains the place of the address that answered, in short form as well', () => {
    const place = { country: 'DE', asn: 24940, organisation: 'Hetzner Online GmbH', cloud: 'Hetzner', source: 'GeoLite2-Country 2026-11-28' }
    const visit = completed({ result: { startedAtMs: STARTED_MS, durationMs: 1, outcome: 'connected', attempts: [], connection: { address: addressOf(1), transport: 'tcp', limited: false }, place } })

    assert.deepEqual(parse(visit).place, place)
    assert.deepEqual(Visit.parse(JSON.parse(Buffer.from(shortVisitMessage(visit, CONTEXT).value).toString())).place, place)
    assert.equal('place' in parse(completed()), false)
  })

  test('contains all data of the visit', () => {
    const visit = parse(completed({
      result: {
        lane: 'fast',
        startedAtMs: STARTED_MS,
        durationMs: 81.234_567,
        outcome: 'ok',
        attempts: [{ address: addressOf(1), outcome: 'ok', durationMs: 20 }],
        connection: { address: addressOf(1), transport: 'tcp', security: '/noise', muxer: '/yamux/1.0.0', limited: false },
        identity: {
          agentVersion: 'kubo/0.36.0',
          protocolVersion: 'ipfs/0.1.0',
          protocols: ['/b', '/a', '/b'],
          listenAddresses: [addressOf(1)],
          observedAddress: addressOf(2),
          recordSequence: 2n ** 64n - 1n
        },
        latencyMs: 20,
        latencyErrorMs: 1.25,
        routingTable: { queries: 2, failed: 1, peers: [{ id: peerIdOf('b'), addresses: [] }] }
      }
    }))

    assert.deepEqual(visit, {
      version: 1,
      visitId: visitIdOf({ scan: CONTEXT.scan, crawlId: 1_767_225_600, nodeId: visit.nodeId, source: 'routing-table', attempt: 1 }),
      ...CONTEXT,
      crawlId: 1_767_225_600,
      attempt: 1,
      nodeId: visit.nodeId,
      discoveryType: 'active',
      source: 'routing-table',
      lane: 'fast',
      startedAt: '2026-01-01T00:00:00.000Z',
      durationMs: 81.235,
      outcome: 'ok',
      addresses: ['/ip4/1.0.0.1/tcp/4001'],
      moreAddresses: 0,
      attempts: [{ address: '/ip4/1.0.0.1/tcp/4001', outcome: 'ok', durationMs: 20 }],
      connection: { address: '/ip4/1.0.0.1/tcp/4001', transport: 'tcp', security: '/noise', muxer: '/yamux/1.0.0', limited: false },
      identify: {
        protocolVersion: 'ipfs/0.1.0',
        agentVersion: 'kubo/0.36.0',
        protocols: ['/a', '/b'],
        listenAddresses: ['/ip4/1.0.0.1/tcp/4001'],
        observedAddress: '/ip4/1.0.0.2/tcp/4001',
        recordSequence: '18446744073709551615'
      },
      latencyMs: 20,
      latencyErrorMs: 1.25,
      routingTable: { queries: 2, failed: 1, peers: 1 }
    })
    assert.match(visit.nodeId, /^12D3KooW/)
  })

  test('leaves out unknown values', () => {
    const visit = parse(completed({ result: { startedAtMs: STARTED_MS, durationMs: 1, outcome: 'timeout', detail: 'late', attempts: [] } }))

    assert.deepEqual(Object.keys(visit).filter(key => ['lane', 'connection', 'identify', 'latencyMs', 'routingTable'].includes(key)), [])
    assert.equal(visit.detail, 'late')
  })

  test('is keyed by the peer, and its event has the visit\'s id', () => {
    const message = visitMessage(completed(), CONTEXT)
    const visit = parse(completed())

    assert.equal(message.key, visit.nodeId)
    assert.deepEqual([message.headers['ce_id'], message.headers['ce_type'], message.headers['ce_source'], message.headers['ce_time']], [visit.visitId, VISIT_TYPE, CONTEXT.scan, visit.startedAt])
  })

  test('counts omitted addresses: those beyond 128, and those without a text', () => {
    const addresses = [Uint8Array.from([4, 1]), ...Array.from({ length: 200 }, (_, n) => addressOf(n))]
    const visit = parse(completed({ addresses }))

    assert.deepEqual([visit.addresses.length, visit.moreAddresses], [MESSAGE_LIMITS.addresses, 201 - MESSAGE_LIMITS.addresses])
  })

  test('leaves out an address whose text is too long, and counts it', () => {
    const chain = Buffer.concat([longAddress(1), longAddress(2), longAddress(3)])
    const { addresses, moreAddresses } = parse(completed({ addresses: [chain, addressOf(1)] }))

    assert.ok(formatAddress(chain)!.length > MESSAGE_LIMITS.addressChars)
    assert.deepEqual([addresses, moreAddresses], [['/ip4/1.0.0.1/tcp/4001'], 1])
  })

  test('makes hostile texts harmless', () => {
    const identity = { agentVersion: `\u001b[31m${'x'.repeat(9_000)}`, protocols: ['\u0000\ud800', 'p'.repeat(9_000)], listenAddresses: [] }
    const { identify } = parse(completed({ result: { startedAtMs: STARTED_MS, durationMs: 1, outcome: 'ok', attempts: [], identity } }))

    assert.equal(identify?.agentVersion, `\ufffd[31m${'x'.repeat(507)}`)
    assert.deepEqual(identify.protocols, ['p'.repeat(256), '\ufffd\ufffd'])
  })

  test('above 24 kB drops the last addresses first, and counts the omitted items of each list', () => {
    const addresses = Array.from({ length: 128 }, (_, n) => longAddress(n))
    const attempts = addresses.map(address => ({ address, outcome: 'timeout' as const, durationMs: 1 }))
    const identity = { protocols: Array.from({ length: 256 }, (_, n) => `/${String(n)}/${'p'.repeat(170)}`), listenAddresses: addresses }
    const visit = completed({ addresses, result: { startedAtMs: STARTED_MS, durationMs: 1, outcome: 'ok', attempts, identity } })
    const parsed = parse(visit)
    const { identify } = parsed
    const size = visitMessage(visit, CONTEXT).value.length

    assert.ok(size <= MESSAGE_LIMITS.visitBytes && size > MESSAGE_LIMITS.visitBytes - 500, String(size))
    assert.ok(parsed.addresses.length < parsed.attempts.length && parsed.attempts[0]?.address.startsWith('/dns4/0000000000x'))
    assert.equal(parsed.addresses.length + parsed.moreAddresses, 128)
    assert.equal(parsed.attempts.length + parsed.moreAttempts!, 128)
    assert.equal(identify!.listenAddresses.length + identify!.moreAddresses!, 128)
    assert.equal(identify!.protocols.length + identify!.moreProtocols!, 256)
    assert.ok(identify!.protocols.length > 40)
  })

  test('cuts nothing of a peer with an identify message of 8 kB, the limit of other implementations', () => {
    // The relays of a host behind NAT, by each transport, and the protocols of a node with many parachains.
    const addresses = Array.from({ length: 100 }, (_, n) => addressOf(n))
    const protocols = Array.from({ length: 80 }, (_, n) => `/${'91b171bb158e2d38'.repeat(4)}/${String(n).padStart(3, '0')}/block-announces/1`)
    const attempts = addresses.slice(0, 64).map(address => ({ address, outcome: 'timeout' as const, durationMs: 1.5 }))
    const identity = { protocols, listenAddresses: addresses }
    const { identify, ...visit } = parse(completed({ addresses, result: { startedAtMs: STARTED_MS, durationMs: 1, outcome: 'ok', attempts, identity } }))

    assert.deepEqual([visit.addresses.length, visit.moreAddresses, visit.attempts.length, visit.moreAttempts], [100, 0, 64, undefined])
    const { listenAddresses, protocols: listed, moreAddresses, moreProtocols } = identify!
    assert.deepEqual([listenAddresses.length, listed.length, moreAddresses, moreProtocols], [100, 80, undefined, undefined])
  })

  test('measures a list in bytes, not in characters', () => {
    const identity = { protocols: Array.from({ length: 256 }, (_, n) => `${String(n)}${'節'.repeat(250)}`), listenAddresses: [longAddress(1)] }
    const visit = parse(completed({ result: { startedAtMs: STARTED_MS, durationMs: 1, outcome: 'ok', attempts: [], identity } }))
    const { protocols, moreProtocols, listenAddresses } = visit.identify!

    assert.ok(Buffer.byteLength(JSON.stringify(protocols)) <= MESSAGE_LIMITS.listBytes)
    assert.deepEqual([protocols.length, moreProtocols, listenAddresses.length], [10, 246, 1])
  })
})

suite('shortVisitMessage', () => {
  test('keeps the visit, its outcome and its connection, and is marked as short', () => {
    const connection = { address: addressOf(1), transport: 'tcp' as const, security: 's'.repeat(999), muxer: 'm'.repeat(999), limited: false }
    const identity = { agentVersion: 'a'.repeat(512), protocols: ['/a'], listenAddresses: [addressOf(1)] }
    const attempts = [{ address: addressOf(1), outcome: 'ok' as const, durationMs: 1 }]
    const result = { startedAtMs: STARTED_MS, durationMs: 1, outcome: 'ok' as const, detail: 'd'.repeat(256), attempts, connection, identity, latencyMs: 3 }
    const whole = completed({ result, addresses: [addressOf(1), addressOf(2)] })
    const { value } = shortVisitMessage(whole, { ...CONTEXT, scan: `${'n'.repeat(126)}/${'p'.repeat(126)}/${'s'.repeat(126)}` })
    const short = Visit.parse(JSON.parse(String(value)))

    assert.deepEqual([short.visitId === parse(whole).visitId, short.outcome, short.latencyMs, short.connection?.address], [false, 'ok', 3, '/ip4/1.0.0.1/tcp/4001'])
    assert.equal(Visit.parse(JSON.parse(String(shortVisitMessage(whole, CONTEXT).value))).visitId, parse(whole).visitId)
    assert.deepEqual([short.addresses, short.moreAddresses, short.attempts, short.moreAttempts], [[], 2, [], 1])
    assert.deepEqual([short.identify, short.detail, short.shortened], [undefined, undefined, true])
    assert.ok(value.length < 2_048)
  })
})

suite('visitMessage of any visit', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.nat({ max: 300 }).map(addressOf),
    fc.nat({ max: 9 }).map(longAddress),
    fc.nat({ max: 9 }).map(n => Buffer.concat([longAddress(n), longAddress(n), longAddress(n)])),
    fc.constant(Uint8Array.from([54, 3, 0x1b, 0x2f, 0xff, 6, 0, 1]))
  )
  const addresses = fc.array(bytes, { maxLength: 300, size: 'max' })
  const text = fc.string({ unit: 'binary', maxLength: 700, size: 'max' })
  const number = fc.double({ min: 0, max: 1e12, noNaN: true })
  const option = { requiredKeys: ['protocols', 'listenAddresses'] } as const satisfies { requiredKeys: string[] }
  const outcome = fc.constantFrom(...OUTCOME_NAMES)
  const hostile = fc.record({
    crawlId: fc.nat(),
    attempt: fc.constantFrom(1 as const, 2 as const),
    discoveryType: fc.constantFrom('active' as const, 'passive' as const),
    source: fc.constantFrom(...SOURCES),
    id: fc.uint8Array({ minLength: 32, maxLength: 32 }).map(digest => Uint8Array.from([0x12, 32, ...digest])),
    addresses,
    result: fc.record({
      lane: fc.constantFrom(...LANES),
      startedAtMs: fc.nat(),
      durationMs: number,
      outcome,
      detail: text,
      attempts: fc.array(fc.record({ address: bytes, outcome, durationMs: number }), { maxLength: 200 }),
      connection: fc.record({ address: bytes, transport: fc.constantFrom(...TRANSPORTS), security: text, muxer: text, limited: fc.boolean() }),
      identity: fc.record({
        protocolVersion: text,
        agentVersion: text,
        protocols: fc.array(text, { maxLength: 300 }),
        listenAddresses: addresses,
        observedAddress: bytes,
        recordSequence: fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n })
      }, option),
      latencyMs: number,
      routingTable: fc.record({ queries: fc.nat(), failed: fc.nat(), peers: fc.constant([]) })
    }, { requiredKeys: ['startedAtMs', 'durationMs', 'outcome', 'attempts'] })
  })

  test('is at most 24 kB of JSON that the schema accepts', () => {
    fc.assert(fc.property(hostile, (visit) => {
      const { value } = visitMessage(visit, CONTEXT)
      const parsed = Visit.parse(JSON.parse(Buffer.from(value).toString()))

      assert.ok(value.length <= MESSAGE_LIMITS.visitBytes)
      assert.equal(parsed.addresses.length + parsed.moreAddresses, visit.addresses.length)
    }), { numRuns: 150 })
  })
})
