import { ProtobufWriter } from '../../../crawler/wire/protobuf.ts'
import type { PeerRecord } from '../../../crawler/peer/peer-record.ts'

/** DHT protocol of these peers. */
export const KAD_PROTOCOL = '/test/kad/1.0.0'

/** The FIND_NODE answer with these peers. */
export function findNodeReply (peers: readonly PeerRecord[]): Uint8Array {
  const reply = new ProtobufWriter().number(1, 4)

  for (const { id, addresses } of peers) {
    const peer = new ProtobufWriter().bytes(1, id)
    addresses.forEach(address => peer.bytes(2, address))
    reply.bytes(8, peer.finish())
  }

  return reply.finish()
}

/** Peers as plain ids and addresses, however they are stored: for `assert.deepEqual`. */
export function plainPeers (peers: readonly PeerRecord[] | undefined): PeerRecord[] | undefined {
  return peers?.map(({ id, addresses }) => ({ id, addresses }))
}

/** Multihash of a peer id that does not exist. */
export function nobodyId (n: number): Uint8Array {
  const id = new Uint8Array(38).fill(n)
  id.set([0x00, 0x24, 0x08, 0x01, 0x12, 0x20])

  return id
}
