import { lpStream } from '@libp2p/utils'
import { multiaddr } from '@multiformats/multiaddr'
import { KAD_PROTOCOL } from '../../../local/devnet/truth.ts'
import type { Connection } from '@libp2p/interface'

/** A peer in a FIND_NODE answer. */
export interface Named { id: string, addresses: string[] }

interface Field { tag: number, bytes: Uint8Array }

/** Sends FIND_NODE on a connection (libp2p kad-dht specification, "RPC messages"). */
export async function findNode (connection: Connection, key: Uint8Array): Promise<Named[]> {
  const stream = lpStream(await connection.newStream(KAD_PROTOCOL))
  await stream.write(Uint8Array.from([0x08, 0x04, 0x12, key.length, ...key]))
  const answer = (await stream.read()).subarray()

  return [...fieldsOf(answer)].filter(({ tag }) => tag === 8).map(({ bytes }) => {
    const peer = [...fieldsOf(bytes)]

    return {
      id: peerIdText(peer.find(({ tag }) => tag === 1)!.bytes),
      addresses: peer.filter(({ tag }) => tag === 2).map(field => multiaddr(field.bytes).toString())
    }
  })
}

// A /p2p component prints its peer id.
function peerIdText (id: Uint8Array): string {
  return multiaddr(Uint8Array.from([0xa5, 0x03, id.length, ...id])).toString().slice('/p2p/'.length)
}

function* fieldsOf (message: Uint8Array): Generator<Field> {
  let at = 0
  const varint = (): number => {
    let value = 0

    for (let shift = 0; ; shift += 7) {
      const byte = message[at++]!
      value |= (byte & 0x7f) << shift

      if (byte < 0x80) {
        return value
      }
    }
  }

  while (at < message.length) {
    const key = varint()

    if ((key & 7) === 0) {
      varint()
    } else {
      const length = varint()
      yield { tag: key >> 3, bytes: message.subarray(at, at + length) }
      at += length
    }
  }
}
