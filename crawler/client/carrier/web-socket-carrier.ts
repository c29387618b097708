import { connect as connectTcp } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { WebSocket } from 'ws'
import { defined } from '../../../core/defined.ts'
import { peerFault } from '../../peer/peer-fault.ts'
import type { CarrierHandler, OpenCarrier } from './carrier.ts'
import type { Endpoint } from './tcp-carrier.ts'
import type { Duplex } from 'node:stream'

/** Where to connect, and as what. */
export interface WebSocketTarget extends Endpoint {
  /** Whether TLS carries the WebSocket. Its certificate is not checked: what proves the peer comes inside. */
  isSecure: boolean

  /** Name for the Host header and for TLS, where there is one. */
  name: string | undefined
}

// A message is what one write of the remote was: a Noise message has 64 kB, and nobody gathers many.
const MAX_MESSAGE_BYTES = 1_048_576

/** A WebSocket (RFC 6455), the bytes of which are those of its binary messages. */
export function webSocketCarrier ({ ip, port, isSecure, name }: WebSocketTarget): OpenCarrier {
  return (handler: CarrierHandler) => {
    const authority = `${name ?? (ip.includes(':') ? `[${ip}]` : ip)}:${String(port)}`
    let socket: Duplex | undefined
    const webSocket = new WebSocket(`${isSecure ? 'wss' : 'ws'}://${authority}/`, {
      perMessageDeflate: false,
      maxPayload: MAX_MESSAGE_BYTES,
      followRedirects: false,
      // The address was resolved, and allowed, before: the name must not be looked up again.
      createConnection: () => {
        socket = isSecure
          ? connectTls({ host: ip, port, rejectUnauthorized: false, ...defined({ servername: name }) })
          : connectTcp({ host: ip, port, noDelay: true })
        return socket
      }
    })
    webSocket.binaryType = 'nodebuffer'
    webSocket.on('open', () => {
      handler.onOpen()
    })
    webSocket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) {
        handler.onBytes(data)
      } else {
        handler.onError(peerFault('protocol-error', 'the remote sends text where bytes are due'))
      }
    })
    webSocket.on('unexpected-response', (request) => {
      request.destroy()
      handler.onError(peerFault('protocol-error', 'the remote speaks HTTP and no WebSocket'))
    })
    webSocket.on('close', () => {
      handler.onEnd()
    })
    webSocket.on('error', (err) => {
      handler.onError(faultOf(err))
    })

    return {
      write (bytes) {
        webSocket.send(bytes)
      },
      drop () {
        webSocket.terminate()
        socket?.destroy()
      }
    }
  }
}

// The library and Node's HTTP parser name their own errors; those of the socket say all by their code.
function faultOf (err: Error & { code?: string }): Error {
  const { code = '' } = err

  if (code.startsWith('WS_ERR_') || code.startsWith('HPE_')) {
    return peerFault('protocol-error', err.message, err)
  }

  return code === 'EPROTO' || /^ERR_(SSL|TLS)/.test(code) ? peerFault('handshake-failed', err.message, err) : err
}
