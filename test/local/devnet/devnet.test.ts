import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { Devnet } from '../../../local/devnet/devnet.ts'
import { findNode } from './find-node.ts'
import { openProbe } from './probe-node.ts'
import type { PeerTruth, Role } from '../../../local/devnet/truth.ts'
import type { Named } from './find-node.ts'
import type { Connection } from '@libp2p/interface'

suite('Devnet', () => {
  let devnet: Devnet
  let probe: Awaited<ReturnType<typeof openProbe>>

  before(async () => {
    devnet = await Devnet.open({ peers: 12 }, AbortSignal.timeout(30_000))
    probe = await openProbe()
  })

  after(async () => {
    await probe.stop()
    await devnet[Symbol.asyncDispose]()
  })

  const of = (role: Role): PeerTruth[] => devnet.truth.peers.filter(peer => peer.role === role)
  const dial = async ({ id, addresses }: PeerTruth): Promise<Connection> => await probe.dial(addresses.map(address => multiaddr(`${address}/p2p/${id}`)))
  const faultOf = async (peer: PeerTruth): Promise<string> => await dial(peer).then(() => 'none', (err: unknown) => String(err))

  test('records what servers and clients send in identify', async () => {
    const living = [...of('server'), ...of('client')]
    assert.equal(living.length, devnet.truth.contactable)
    assert.equal(of('client').length, 3)

    for (const peer of living) {
      const told = await probe.services.identify.identify(await dial(peer))
      assert.equal(told.peerId.toString(), peer.id)
      assert.equal(told.agentVersion, peer.agentVersion)
      assert.deepEqual(told.protocols.sort(), peer.protocols)
      assert.equal(told.protocols.includes(devnet.truth.kadProtocol), peer.role === 'server')
    }
  })

  test('lets a walk over the DHT find every peer from the bootstrap peers, whichever keys it queries', async () => {
    const ids = devnet.truth.bootstrapPeers.map(address => address.slice(address.lastIndexOf('/') + 1))
    const namers = new Map<string, Set<string>>(ids.map(id => [id, new Set()]))

    for (const id of namers.keys()) {
      const peer = devnet.truth.peers.find(other => other.id === id)!

      if (peer.role === 'server') {
        const [own, other] = await askTwice(await dial(peer))
        assert.deepEqual(idsOf(own).filter(name => name !== id), idsOf(other), 'both answers name the same peers')
        own.filter(named => named.id !== id).forEach((named) => {
          const { addresses, staleAddresses } = devnet.truth.peers.find(truth => truth.id === named.id)!
          assert.deepEqual(named.addresses.sort(), [...addresses, ...staleAddresses].sort())
          namers.set(named.id, (namers.get(named.id) ?? new Set()).add(id))
        })
      }
    }

    assert.deepEqual([...namers.keys()].sort(), devnet.truth.peers.map(({ id }) => id).sort())
    assert.ok([...namers].every(([, by]) => by.size >= 3), 'everybody is named by three servers')
  })

  test('has dead entries that fail according to their roles', async () => {
    const [refuses, gone, silent, swallows, stale] = (['refuses', 'gone', 'silent', 'swallows', 'stale'] as const).map(role => of(role)[0]!)

    assert.match(await faultOf(refuses!), /ECONNREFUSED/)
    assert.match(await faultOf(gone!), /ECONNREFUSED/)
    assert.match(await faultOf(silent!), /[Tt]imeout|abort|timed out/)
    assert.match(await faultOf(swallows!), /[Tt]imeout|abort|timed out/)
    assert.match(await faultOf(stale!), /UnexpectedPeerError|does not match|mismatch/)
  })

  test('refuses an unsupported size', async () => {
    await assert.rejects(Devnet.open({ peers: 3 }, AbortSignal.timeout(1_000)), { code: 'PP_CONFIG_INVALID', message: /from 4 to 512/ })
  })

  test('stops when asked while it starts', async () => {
    await assert.rejects(Devnet.open({ peers: 4 }, AbortSignal.abort()), { name: 'AbortError' })
  })
})

async function askTwice (connection: Connection): Promise<[Named[], Named[]]> {
  const ownId = connection.remotePeer.toMultihash().bytes
  const anyId = peerIdFromString('12D3KooWQnwEGNqcM2nAcPtRR9rAX8Hrg4k9kJLCHoTR5chJfz6d').toMultihash().bytes

  return [await findNode(connection, ownId), await findNode(connection, anyId)]
}

function idsOf (named: readonly Named[]): string[] {
  return [...new Set(named.map(({ id }) => id))].sort()
}
