import { connect as connectTcp } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { WebSocket } from 'ws'
import { defined } from '../../../core/defined.ts'
import { peerFault } from '../../peer/peer-fault.ts'
import type { CarrierHandler, OpenCarrier } from './carrier.ts'
import type { Endpoint } from './tcp-carrier.ts'
import type { Duplex } from 'node:stream'

/** Where to connect, and by which WebSocket scheme. */
export interface WebSocketTarget extends Endpoint {
  /** Whether the WebSocket runs over TLS. The certificate is not checked: the Noise handshake inside proves the peer's identity. */
  isSecure: boolean

  /** Name for the Host header and for TLS, if there is one. */
  name: string | undefined
}

// A remote sends one message per write. A Noise message has at most 64 kB, and no implementation joins many.
const MAX_MESSAGE_BYTES = 1_048_576

/** A WebSocket (RFC 6455), used as a byte stream of its binary messages. */
export function webSocketCarrier ({ ip, port, isSecure, name }: WebSocketTarget): OpenCarrier {
  return (handler: CarrierHandler) => {
    const authority = `${name ?? (ip.includes(':') ? `[${ip}]` : ip)}:${String(port)}`
    let socket: Duplex | undefined
    const webSocket = new WebSocket(`${isSecure ? 'wss' : 'ws'}://${authority}/`, {
      perMessageDeflate: false,
      maxPayload: MAX_MESSAGE_BYTES,
      followRedirects: false,
      // The name was resolved and the address checked before: the name must not be looked up again.
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
        handler.onError(peerFault('protocol-error', 'the remote sent a text message instead of a binary one'))
      }
    })
    webSocket.on('unexpected-response', (request) => {
      request.destroy()
      handler.onError(peerFault('protocol-error', 'the remote answered by HTTP without a WebSocket upgrade'))
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

// Errors of the library and of Node's HTTP parser have their own codes; socket errors are classified by theirs.
function faultOf (err: Error & { code?: string }): Error {
  const { code = '' } = err

  if (code.startsWith('WS_ERR_') || code.startsWith('HPE_')) {
    return peerFault('protocol-error', err.message, err)
  }

  return code === 'EPROTO' || /^ERR_(SSL|TLS)/.test(code) ? peerFault('handshake-failed', err.message, err) : err
}
