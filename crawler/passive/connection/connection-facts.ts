import { defined } from '../../../core/defined.ts'
import { readAddress } from '../../address/address-reader.ts'
import { parseAddress } from '../../address/address.ts'
import type { VisitConnection } from '../../dial/session.ts'
import type { Connection } from '@libp2p/interface'

/** The properties of a libp2p connection that a visit reports. */
export type ConnectionFacts = Pick<Connection, 'remoteAddr' | 'encryption' | 'multiplexer' | 'limits'>

/** A libp2p connection in the form of a visit's result. The transport is that of the remote address. */
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

/** A multiaddr as bytes, without a trailing /p2p/<id>; undefined if our reader does not accept it. */
export function bytesOf (address: { toString: () => string }): Uint8Array | undefined {
  return parseAddress(address.toString())?.address
}

// QUIC has its own security and streams: the library calls them `native` and `quic`. They are not negotiated protocols.
function protocolId (name: string | undefined): string | undefined {
  return name?.startsWith('/') === true ? name : undefined
}
