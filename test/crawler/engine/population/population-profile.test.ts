import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { PopulationProfile } from '../../../../crawler/engine/population/population-profile.ts'
import { addressOf } from '../../../support/network/simulated-network.ts'
import type { VisitResult } from '../../../../crawler/visit/visitor.ts'

const IP6 = Uint8Array.from([41, ...Array<number>(16).fill(1), 6, 0, 1])
const DNS4 = Uint8Array.from([54, 1, 97, 6, 0, 1])
const QUIC = Uint8Array.of(4, 192, 0, 2, 1, 0x91, 2, 0x0f, 0xa1, 0xcd, 3)
const ONION = Uint8Array.from([0xbd, 0x03, 1])
const visit = (change: Partial<VisitResult>): VisitResult => ({
  startedAtMs: 0,
  durationMs: 1,
  outcome: 'ok',
  attempts: [],
  connection: { address: addressOf(1), transport: 'tcp', limited: false },
  ...change
})

const KINDS = ['countries', 'systems', 'clouds', 'placeSources']

suite('PopulationProfile', () => {
  test('counts software, protocols and transports by peer', () => {
    const profile = new PopulationProfile({ isDialable: () => true })
    profile.add(visit({ identity: { agentVersion: 'kubo', protocols: ['/kad', '/kad', '/ping'], listenAddresses: [] } }))
    profile.add(visit({ identity: { agentVersion: 'kubo', protocols: ['/ping'], listenAddresses: [] } }))
    profile.add(visit({ outcome: 'connected', connection: { address: addressOf(2), transport: 'quic-v1', limited: false } }))
    const { agentVersions, protocols, transports } = profile.distributions()

    assert.deepEqual(agentVersions.top, [{ value: 'kubo', count: 2 }])
    assert.deepEqual(protocols.top, [{ value: '/ping', count: 2 }, { value: '/kad', count: 1 }])
    assert.deepEqual(transports.top, [{ value: 'tcp', count: 2 }, { value: 'quic-v1', count: 1 }])
  })

  test('counts the address families of dialable addresses, each once per peer', () => {
    const profile = new PopulationProfile({ isDialable: address => address[0] !== 41 })
    profile.add(visit({ identity: { protocols: [], listenAddresses: [addressOf(2), addressOf(3), IP6, DNS4, ONION] } }))

    assert.deepEqual(profile.distributions().addressFamilies.top, [{ value: 'ip4', count: 1 }, { value: 'dns4', count: 1 }, { value: 'other', count: 1 }])
  })

  test('counts announced transports separately from those of connections, each once per peer', () => {
    const profile = new PopulationProfile({ isDialable: () => false })
    profile.add(visit({ identity: { protocols: [], listenAddresses: [addressOf(2), addressOf(3), IP6, QUIC, ONION, Uint8Array.of(4, 1)] } }))
    profile.add(visit({ connection: { address: addressOf(1), transport: 'relay', limited: true }, identity: { protocols: [], listenAddresses: [QUIC] } }))
    const { transports, listenTransports } = profile.distributions()

    assert.deepEqual(transports.top, [{ value: 'tcp', count: 1 }, { value: 'relay', count: 1 }])
    assert.deepEqual(listenTransports?.top, [{ value: 'quic-v1', count: 2 }, { value: 'tcp', count: 1 }, { value: 'other', count: 1 }])
  })

  test('counts places so that each adds up to all peers: one without a place is unknown', () => {
    const profile = new PopulationProfile({ isDialable: () => true })
    profile.add(visit({ place: { country: 'DE', asn: 24940, cloud: 'Hetzner', source: 'lab' } }))
    profile.add(visit({ place: { country: 'unknown', cloud: 'unknown', source: '' } }))
    profile.add(visit({ place: { country: 'DE', asn: 3320, cloud: 'none', source: 'lab' } }))
    profile.add(visit({}))
    const { countries, systems, clouds, placeSources } = profile.distributions()

    assert.deepEqual(countries?.top, [{ value: 'DE', count: 2 }, { value: 'unknown', count: 2 }])
    assert.deepEqual(systems?.top, [{ value: 'unknown', count: 2 }, { value: 'AS24940', count: 1 }, { value: 'AS3320', count: 1 }])
    assert.deepEqual(clouds?.top, [{ value: 'unknown', count: 2 }, { value: 'Hetzner', count: 1 }, { value: 'none', count: 1 }])
    assert.deepEqual(placeSources?.top, [{ value: 'lab', count: 2 }])
  })

  test('counts only the kinds of places that the files have', () => {
    const [none, countriesOnly] = [new PopulationProfile({ isDialable: () => true }), new PopulationProfile({ isDialable: () => true })]
    none.add(visit({}))
    countriesOnly.add(visit({ place: { country: 'DE', source: 'lab' } }))

    assert.deepEqual(KINDS.filter(name => Object.hasOwn(none.distributions(), name)), [])
    assert.deepEqual(KINDS.filter(name => Object.hasOwn(countriesOnly.distributions(), name)), ['countries', 'placeSources'])
  })

  test('counts no more values of one peer than a message contains', () => {
    const profile = new PopulationProfile({ isDialable: () => true })
    profile.add(visit({ identity: { protocols: Array.from({ length: 9_000 }, (_, i) => String(i)), listenAddresses: [] } }))
    const { top, other } = profile.distributions().protocols

    assert.equal(top.length + other, 256)
  })

  test('reports the latency if it was measured', () => {
    const profile = new PopulationProfile({ isDialable: () => true })
    profile.add(visit({}))
    assert.equal(profile.latencyMs(), undefined)

    assert.equal(profile.latencyErrorMs(), undefined)
    profile.add(visit({ latencyMs: 30, latencyErrorMs: 2 }))
    assert.deepEqual(profile.latencyErrorMs(), { p50: 2, p90: 2, p99: 2 })
    assert.deepEqual(profile.latencyMs(), { p50: 30, p90: 30, p99: 30 })
  })
})
