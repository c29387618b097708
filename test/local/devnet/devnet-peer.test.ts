import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { DevnetPeer } from '../../../local/devnet/devnet-peer.ts'
import { KAD_PROTOCOL } from '../../../local/devnet/truth.ts'
import { findNode } from './find-node.ts'
import { openProbe } from './probe-node.ts'

suite('DevnetPeer', () => {
  let peer: DevnetPeer
  let probe: Awaited<ReturnType<typeof openProbe>>

  before(async () => {
    peer = await DevnetPeer.open({ key: await generateKeyPair('secp256k1'), agentVersion: 'test/1.2.3', listen: ['/ip4/127.0.0.1/tcp/0'] }, AbortSignal.timeout(10_000))
    probe = await openProbe()
  })

  after(async () => {
    await probe.stop()
    await peer[Symbol.asyncDispose]()
  })

  test('serves no DHT at first, then one whose table includes dead peers', async () => {
    assert.deepEqual(peer.protocols, ['/ipfs/id/1.0.0', '/ipfs/ping/1.0.0'])

    const dead = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
    const addresses = ['/ip4/127.0.0.1/tcp/1', '/ip4/169.254.169.254/tcp/80']
    await peer.serveDht([{ id: dead, addresses }], AbortSignal.timeout(10_000))

    assert.ok(peer.protocols.includes(KAD_PROTOCOL))
    const connection = await probe.dial(multiaddr(`${peer.addresses[0]!}/p2p/${peer.id.toString()}`))
    const named = await findNode(connection, peerIdFromPrivateKey(await generateKeyPair('Ed25519')).toMultihash().bytes)
    assert.deepEqual(named.map(({ id }) => id), [dead.toString()])
    assert.deepEqual(named[0]!.addresses.sort(), addresses)
  })

  test('sends its agent and protocols in identify', async () => {
    const connection = await probe.dial(multiaddr(`${peer.addresses[0]!}/p2p/${peer.id.toString()}`))
    const told = await probe.services.identify.identify(connection)

    assert.equal(told.agentVersion, 'test/1.2.3')
    assert.deepEqual(told.protocols.sort(), peer.protocols)
    assert.deepEqual(told.listenAddrs.map(String), peer.addresses)
  })
})
