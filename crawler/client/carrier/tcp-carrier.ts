import { connect } from 'node:net'
import type { Carrier, CarrierHandler, OpenCarrier } from './carrier.ts'

/** Where to connect. */
export interface Endpoint {
  /** IP address as text. */
  ip: string

  port: number
}

/**
 * Where every socket reads into. One for the process: Node calls back at once with what it read, a
 * connection keeps none of it, and no read allocates.
 */
const READ_BUFFER = new Uint8Array(65_536)

/** A TCP connection. It is left by a reset. */
export function tcpCarrier ({ ip, port }: Endpoint): OpenCarrier {
  return (handler: CarrierHandler): Carrier => {
    const socket = connect({ host: ip, port, noDelay: true, onread: { buffer: READ_BUFFER, callback: onRead } })
    const onEnd = (): void => {
      handler.onEnd()
    }
    socket.on('connect', () => {
      handler.onOpen()
    })
    socket.on('error', (err) => {
      handler.onError(err)
    })
    socket.on('end', onEnd)
    socket.on('close', onEnd)

    function onRead (size: number, buffer: Uint8Array): boolean {
      handler.onBytes(buffer.subarray(0, size))

      return true
    }

    return {
      write (bytes) {
        socket.write(bytes)
      },
      drop () {
        // resetting a socket that still connects would wait for it to connect
        if (socket.connecting) {
          socket.destroy()
        } else {
          socket.resetAndDestroy()
        }
      }
    }
  }
}
