// Cost of a DHT message with a full store and with an empty one, in operations on maps and sets: filling the store
// must not make queries more expensive.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { before, suite, test } from 'node:test'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromMultihash } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { DialBudget } from '../../../crawler/dial/dial-budget.ts'
import { PassiveGater } from '../../../crawler/passive/limits/passive-gater.ts'
import { createPassiveNode } from '../../../crawler/passive/passive-node.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { KAD } from '../../support/libp2p/open-passive.ts'
import { inventedId } from '../../support/network/victim-attackers.ts'
import type { PeerId } from '@libp2p/interface'

/** Blocks, each with its own provider: this many peer ids. */
const BLOCKS = 2_000

/** Allowed operations with a full store: a multiple of those with an empty one, and a constant for first lookups. */
const MOST = 1.5
const SLACK = 50

interface Dht { rpc: { handleMessage: Handle }, routingTable: { start: () => Promise<void>, stop: () => Promise<void> } }

type Handle = (peer: PeerId, message: object) => Promise<{ providers?: readonly unknown[] } | undefined>

const ADDRESS = multiaddr('/ip4/127.0.0.1/tcp/1').bytes
const block = (): Uint8Array => CID.createV1(0x55, Digest.create(0x12, randomBytes(32))).bytes
const inventedPeer = (): PeerId => peerIdFromMultihash(Digest.decode(inventedId()))
const message = (type: string, key: Uint8Array): object => ({ type, key, clusterLevel: 0, closer: [], providers: [] })
const provides = (key: Uint8Array, peer: PeerId): object => ({ ...message('ADD_PROVIDER', key), providers: [{ id: peer.toMultihash().bytes, multiaddrs: [ADDRESS] }] })

/** All operations on maps and sets while `work` runs. */
async function steps (work: () => Promise<unknown>): Promise<number> {
  let count = 0
  const restore = [
    [Map.prototype, 'get'],
    [Object.getPrototypeOf(new Map().keys()) as object, 'next'],
    [Object.getPrototypeOf(new Set().keys()) as object, 'next']
  ].map(([owner, name]) => {
    const methods = owner as Record<string, (...args: unknown[]) => unknown>
    const original = methods[name as string]!
    methods[name as string] = function (...args: unknown[]) {
      count++
      return original.apply(this, args)
    }

    return () => {
      methods[name as string] = original
    }
  })

  try {
    await work()
  } finally {
    restore.forEach((undo) => {
      undo()
    })
  }

  return count
}

suite('the cost of a message with a full store', () => {
  const own = block()
  const costs: Record<string, { empty: number, full: number }> = {}

  async function measure (handle: Handle, when: 'empty' | 'full'): Promise<void> {
    const provider = inventedPeer()

    for (const [name, work] of Object.entries({
      GET_PROVIDERS: async () => await handle(inventedPeer(), message('GET_PROVIDERS', own)),
      GET_VALUE: async () => await handle(inventedPeer(), message('GET_VALUE', randomBytes(34))),
      FIND_NODE: async () => await handle(inventedPeer(), message('FIND_NODE', inventedId())),
      ADD_PROVIDER: async () => await handle(provider, provides(block(), provider))
    })) {
      await work()
      costs[name] = { empty: 0, full: 0, ...costs[name], [when]: await steps(work) }
    }
  }

  before(async () => {
    const node = await createPassiveNode({
      privateKey: await generateKeyPair('Ed25519'),
      agentVersion: 'peerprobe/test',
      kadProtocol: KAD,
      host: '127.0.0.1',
      port: 0,
      announce: [],
      policy: 'Private',
      mdns: false,
      maxConnections: 10,
      gater: new PassiveGater({ policy: 'Private', deny: [] }),
      budget: new DialBudget(new FakeClock())
    })
    const { rpc, routingTable } = node.services.dht as unknown as Dht
    const handle: Handle = async (peer, sent) => await rpc.handleMessage(peer, sent)
    await routingTable.start()
    await handle(inventedPeer(), message('PING', own))
    const provider = inventedPeer()
    await handle(provider, provides(own, provider))
    await measure(handle, 'empty')

    for (let i = 0; i < BLOCKS; i++) {
      const peer = inventedPeer()
      await handle(peer, provides(block(), peer))
    }

    await measure(handle, 'full')
    const answer = await handle(inventedPeer(), message('GET_PROVIDERS', own))
    assert.equal(answer?.providers?.length, 1)
    await routingTable.stop()
  })

  for (const name of ['GET_PROVIDERS', 'GET_VALUE', 'FIND_NODE', 'ADD_PROVIDER']) {
    test(`${name} costs the same`, (t) => {
      const { empty, full } = costs[name]!
      t.diagnostic(`${String(empty)} steps with an empty store, ${String(full)} with ${String(BLOCKS)} blocks`)

      assert.ok(empty > 0 && full <= MOST * empty + SLACK, `${String(empty)} steps with an empty store, ${String(full)} with a full one`)
    })
  }
})
