// One address with ever new peer ids takes all slots of a passive node that it can get, while honest peers of other
// networks connect.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { connectingPeer } from '../support/libp2p/connecting-peer.ts'
import { KAD, openPassiveRig } from '../support/libp2p/open-passive.ts'
import { until } from '../support/until.ts'
import type { ConnectingPeer } from '../support/libp2p/connecting-peer.ts'
import type { Multiaddr } from '@multiformats/multiaddr'

const PLACES = 60
const HOSTILE = 90
const HONEST = 100
const LEAST_SERVED = 90
const MAX_ATTEMPTS = 1_000
const LIMIT_MS = 120_000

/** Peers with new ids from one address: each stays connected, and connects again when it is closed. */
class Flood implements AsyncDisposable {
  readonly #address: Multiaddr
  readonly #peers: ConnectingPeer[] = []
  #attempts = 0

  constructor (address: Multiaddr) {
    this.#address = address
  }

  async start (): Promise<void> {
    for (let i = 0; i < HOSTILE; i++) {
      const peer = await connectingPeer({ agentVersion: 'hostile/1', from: '127.9.9.9' })
      this.#peers.push(peer)
      peer.addEventListener('peer:disconnect', () => {
        void this.#come(peer)
      })
      await this.#come(peer)
    }
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    this.#attempts = MAX_ATTEMPTS
    await Promise.all(this.#peers.map(async (peer) => {
      await peer[Symbol.asyncDispose]()
    }))
  }

  async #come (peer: ConnectingPeer): Promise<void> {
    this.#attempts += 1

    if (this.#attempts < MAX_ATTEMPTS) {
      await peer.dial(this.#address).catch(() => undefined) // refused: try the next one
    }
  }
}

suite('the connection slots of a passive node', () => {
  test('honest peers are served while one address takes all slots that it can get', async (t) => {
    await using rig = await openPassiveRig({ maxConnections: PLACES })
    const address = rig.address('tcp')
    await using flood = new Flood(address)
    await flood.start()
    const honest: ConnectingPeer[] = []
    const seen = (): number => new Set(rig.visits.map(({ result }) => result.identity?.agentVersion).filter(agent => agent?.startsWith('honest/'))).size

    try {
      for (let i = 0; i < HONEST; i++) {
        const peer = await connectingPeer({ agentVersion: `honest/${String(i)}`, from: `127.1.${String(i)}.1`, kadProtocol: KAD, listen: ['/ip4/127.0.0.1/tcp/0'] })
        honest.push(peer)
        await peer.dial(address).catch(() => undefined) // refused: it is not served, and counted so
      }
      await until('they are served', () => seen() >= LEAST_SERVED, LIMIT_MS)
    } finally {
      t.diagnostic(`${String(seen())} of ${String(HONEST)} honest peers served; ${String(rig.discovery.status().connections)} connections`)
      await Promise.all(honest.map(async (peer) => {
        await peer[Symbol.asyncDispose]()
      }))
    }

    assert.ok(seen() >= LEAST_SERVED)
    assert.ok(rig.discovery.status().connections <= PLACES)
  })
})
