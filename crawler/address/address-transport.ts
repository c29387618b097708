import { CODE } from './multiaddr-reader.ts'
import type { Transport } from '../../core/contracts/visit.ts'

/** Components that do not affect the transport: they give the peer or the security. */
const SILENT = new Set<number>([CODE.p2p, CODE.certhash, CODE.sni, CODE.noise])

const TRANSPORTS = new Map<string, Transport>([
  stack('tcp', CODE.tcp),
  stack('ws', CODE.tcp, CODE.ws),
  stack('wss', CODE.tcp, CODE.wss),
  stack('wss', CODE.tcp, CODE.tls, CODE.ws),
  stack('quic-v1', CODE.udp, CODE.quicV1),
  stack('quic', CODE.udp, CODE.quic),
  stack('webtransport', CODE.udp, CODE.quicV1, CODE.webtransport),
  stack('webrtc-direct', CODE.udp, CODE.webrtcDirect)
])

function stack (transport: Transport, ...codes: readonly number[]): [string, Transport] {
  return [String(codes), transport]
}

/** Transport of an address with these components after its host. */
export function transportOf (codes: readonly number[]): Transport {
  const carriers = codes.filter(code => !SILENT.has(code))

  if (carriers.includes(CODE.circuit)) {
    return carriers.at(-1) === CODE.webrtc ? 'webrtc' : 'relay'
  }

  return TRANSPORTS.get(String(carriers)) ?? 'other'
}
