import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { Scan } from '../../core/contracts/scan.ts'
import { systemClock } from '../../core/time/clock.ts'
import { formatAddress, parseAddress } from '../../crawler/address/address.ts'
import { openClientVisitor } from '../../crawler/client/client-visitor.ts'
import { openLanes } from '../../crawler/lanes/open-lanes.ts'
import { formatPeerId, parsePeerId } from '../../crawler/peer/peer-id-text.ts'
import { hasGo } from '../../local/devnet/go/build-go-devnet.ts'
import { GO_KINDS, GoDevnetProcess, outcomeOf } from '../../local/devnet/go/go-devnet-process.ts'
import { KEY_TYPES } from '../../local/devnet/truth.ts'
import { crawlOnce } from '../support/network/crawl-once.ts'
import { ScriptedDns } from '../support/network/scripted-dns.ts'
import type { LaneVisitor } from '../../crawler/visit/lane-visitor.ts'
import type { VisitorOptions } from '../../crawler/visit/visitor-options.ts'
import type { GoDevnetTruth } from '../../local/devnet/go/go-devnet-process.ts'

const signal = new AbortController().signal

function optionsOf ({ kadProtocol }: GoDevnetTruth): VisitorOptions {
  const { addresses } = Scan.parse({ name: 'main', network: { preset: 'ipfs' }, addresses: { policy: 'Any' } })

  return { kadProtocols: [kadProtocol], agentVersion: 'peerprobe/test', addresses, dialTimeoutMs: 5_000, visitTimeoutMs: 10_000 }
}

function openVisitor (truth: GoDevnetTruth): LaneVisitor {
  return openClientVisitor(optionsOf(truth), { clock: systemClock, dns: new ScriptedDns() })
}

/** A bootstrap address of a host that is dialled over TCP. */
const entryOf = ({ id, addresses }: GoDevnetTruth['peers'][number]): string => `${addresses.find(address => address.includes('/tcp/'))!}/p2p/${id}`

suite('go-libp2p hosts', async () => {
  const reason = await hasGo() ? false : 'no Go on this machine: install Go 1.26 or later to compare crawls with real go-libp2p hosts'

  // One network for all tests, since they only visit it.
  let devnet: GoDevnetProcess

  before(async () => {
    if (reason === false) {
      devnet = await GoDevnetProcess.open({}, signal)
    }
  })
  after(async () => {
    if (reason === false) {
      await devnet[Symbol.asyncDispose]()
    }
  })

  test('are all found and reported correctly by a Topology crawl over TCP, host by host', { skip: reason }, async (t) => {
    const { truth } = devnet
    await using visitor = openVisitor(truth)
    // Clients are in no routing table, so they are bootstrap peers.
    const bootstrap = [truth.peers[0]!, ...truth.peers.filter(({ kind }) => kind === 'client')]
    const visits = await crawlOnce({ visitor, bootstrapPeers: bootstrap.map(entryOf), strategy: 'Topology' })

    const tablesAfter = new Map((await devnet.truthNow(signal)).peers.map(({ id, table }) => [id, table ?? []]))

    let exchanged = 0
    assert.ok(truth.peers.length >= 100)
    assert.equal(new Set(truth.peers.map(({ kind, keyType }) => `${kind} ${keyType}`)).size, Object.keys(GO_KINDS).length * KEY_TYPES.length, 'a kind lacks a key type')
    for (const { id, kind, keyType, agentVersion, protocols, addresses, table, inTables } of truth.peers) {
      const visit = visits.get(id)
      const host = `${kind} ${keyType} ${id}, in ${String(inTables)} tables`

      assert.equal(visit?.outcome, GO_KINDS[kind], host)
      if (visit.outcome === 'ok' || visit.outcome === 'identified') {
        assert.equal(visit.identity?.agentVersion, agentVersion, host)
        assert.deepEqual([...visit.identity.protocols].sort(), protocols, host)
        // go-libp2p cuts its own list to keep identify below 4 KiB. Reported values must be true, and short lists
        // complete.
        const listed = visit.identity.listenAddresses.map(formatAddress)
        const isCut = kind === 'many'
        assert.ok(!isCut || listed.length >= 10, host)
        assert.deepEqual(listed.sort(), addresses.filter(address => !isCut || listed.includes(address)).sort(), host)
      }
      if (visit.outcome === 'ok') {
        // kad-dht may replace a peer meanwhile: peers that stayed must be reported, and no others.
        const after = tablesAfter.get(id)!
        const listed = visit.routingTable!.peers.map(peer => formatPeerId(peer.id))
        assert.deepEqual(table!.filter(known => after.includes(known) && !listed.includes(known)), [], `${host}: not listed`)
        assert.deepEqual(listed.filter(known => !table!.includes(known) && !after.includes(known)), [], `${host}: never known`)
        assert.equal(visit.routingTable!.failed, 0, host)
        exchanged += table!.filter(known => !after.includes(known)).length
      }
    }
    assert.equal(visits.size, truth.peers.length)
    const securities = new Set(truth.peers.filter(({ kind }) => kind === 'tls-only').map(({ id }) => visits.get(id)?.connection?.security))
    assert.deepEqual([...securities], ['/tls/1.0.0'])
    // A peer that announces an address is added to the tables of the hosts that it queries, and then dialled by others.
    const ids = new Set(truth.peers.map(({ id }) => id))
    assert.deepEqual([...tablesAfter.values()].flat().filter(id => !ids.has(id)), [], 'the crawler is in the tables')
    t.diagnostic(`${String(exchanged)} table entries were exchanged during the crawl`)
    assert.ok(exchanged < truth.peers.length, 'tables changed too much to compare')
  })

  test('with only QUIC are visited by the QUIC client, except for key types that its library does not support', { skip: reason }, async () => {
    const { truth } = devnet
    await using visitor = await openLanes(optionsOf(truth), { clock: systemClock, dns: new ScriptedDns() })
    const visits = await crawlOnce({ visitor, bootstrapPeers: [entryOf(truth.peers[0]!)], strategy: 'Topology' })
    const quicOnly = truth.peers.filter(({ kind }) => kind === 'quic-only')

    assert.equal(quicOnly.length, 8)
    for (const { id, kind, keyType, agentVersion, addresses } of quicOnly) {
      const { outcome, lane, identity, connection, routingTable } = visits.get(id)!
      assert.equal(outcome, outcomeOf({ kind, keyType }), keyType)
      if (outcome === 'ok') {
        assert.deepEqual([lane, connection?.transport, identity?.agentVersion], ['quic', 'quic-v1', agentVersion])
        assert.deepEqual(identity?.listenAddresses.map(formatAddress).sort(), [...addresses].sort())
        assert.ok(routingTable!.failed === 0 && routingTable!.peers.length > 0)
      }
    }
    assert.ok(truth.peers.filter(({ kind }) => kind === 'plain').every(({ id }) => visits.get(id)?.lane === 'fast'))

    // A wrong id: another host answers.
    const [one, other] = quicOnly.filter(({ keyType }) => keyType !== 'ECDSA')
    const forged = await visitor.visit({ id: parsePeerId(one!.id)!, addresses: other!.addresses.map(address => parseAddress(address)!.address), plan: { strategy: 'Census', bucket: 0 } }, signal)
    assert.equal(forged.outcome, 'peer-id-mismatch')
  })

  test('are not accepted as another peer', { skip: reason }, async () => {
    await using visitor = openVisitor(devnet.truth)
    const [one, ...others] = devnet.truth.peers.filter(({ kind }) => kind === 'plain').slice(0, 4)

    for (const other of others) {
      const address = parseAddress(one!.addresses.find(text => text.includes('/tcp/'))!)!.address
      const { outcome, identity } = await visitor.visit({ id: parsePeerId(other.id)!, addresses: [address], plan: { strategy: 'Topology' } }, signal)

      assert.equal(outcome, 'peer-id-mismatch')
      assert.equal(identity, undefined)
    }
  })
})
