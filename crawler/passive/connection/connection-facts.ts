import { defined } from '../../../core/defined.ts'
import { readAddress } from '../../address/address-reader.ts'
import { parseAddress } from '../../address/address.ts'
import type { VisitConnection } from '../../dial/session.ts'
import type { Connection } from '@libp2p/interface'

/** What a libp2p connection tells of itself. */
export type ConnectionFacts = Pick<Connection, 'remoteAddr' | 'encryption' | 'multiplexer' | 'limits'>

/** A connection of a libp2p node as a visit reports it: the transport is the one that its address says. */
export function connectionFacts ({ remoteAddr, encryption, multiplexer, limits }: ConnectionFacts): VisitConnection {
  const address = bytesOf(remoteAddr) ?? remoteAddr.bytes
  const security = protocolId(encryption)
  const muxer = protocolId(multiplexer)

  return {
    address,
    transport: readAddress(address)?.transport ?? 'other',
    ...defined({
      security,
      muxer
    }),
    limited: limits !== undefined
  }
}

/** A multiaddr as bytes, without a /p2p/<id> at its end; undefined where it is none that we read. */
export function bytesOf (address: { toString: () => string }): Uint8Array | undefined {
  return parseAddress(address.toString())?.address
}

// QUIC brings security and streams of its own: the library calls them `native` and `quic`, and no protocol was negotiated.
function protocolId (name: string | undefined): string | undefined {
  return name?.startsWith('/') === true ? name : undefined
}
