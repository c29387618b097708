// Peers that are reachable only by QUIC, WebSocket, TLS or a relay, for any number of visits. Prints their addresses
// as JSON, and ends when it is killed.
import { generateKeyPair } from '@libp2p/crypto/keys'
import { encodeIdentify, IDENTIFY_PROTOCOL } from '../../../crawler/identify/identify-message.ts'
import { formatPeerId } from '../../../crawler/peer/peer-id-text.ts'
import { frame } from '../../../crawler/wire/frames.ts'
import { DevnetPeer } from '../../../local/devnet/devnet-peer.ts'
import { serve } from '../client/scripted-peer.ts'
import { createTestKey } from '../client/test-keys.ts'
import { openTlsServer } from '../servers/tls-server.ts'
import type { LanePeer } from './lane-peers-process.ts'

const FIN = 4
const { signal } = new AbortController()
const open = async (listen: string, isRelay = false): Promise<DevnetPeer> =>
  await DevnetPeer.open({ key: await generateKeyPair('Ed25519'), agentVersion: 'peer', listen: [listen], isRelay }, signal)
const placeOf = ({ id, addresses: [address = ''] }: DevnetPeer): LanePeer => ({ id: id.toString(), address })

const key = createTestKey()
const identity = frame(encodeIdentify({ publicKey: key.message, protocolVersion: 'x/1', agentVersion: 'peer', protocols: [IDENTIFY_PROTOCOL] }))
const tls = await openTlsServer({ key, onFrame: serve({ [IDENTIFY_PROTOCOL]: (_, reply) => {
  reply(identity, FIN)
} }) })
const relay = await open('/ip4/127.0.0.1/tcp/0', true)

process.stdout.write(`${JSON.stringify({
  'quic-v1': placeOf(await open('/ip4/127.0.0.1/udp/0/quic-v1')),
  'ws': placeOf(await open('/ip4/127.0.0.1/tcp/0/ws')),
  'relay': placeOf(await open(`${relay.addresses[0] ?? ''}/p2p/${relay.id.toString()}/p2p-circuit`)),
  'tls': { id: formatPeerId(key.id), address: `/ip4/127.0.0.1/tcp/${String(tls.port)}` }
})}\n`)
