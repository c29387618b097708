import { connect } from 'node:net'
import type { Carrier, CarrierHandler, OpenCarrier } from './carrier.ts'

/** Where to connect. */
export interface Endpoint {
  /** IP address as text. */
  ip: string

  port: number
}

/**
 * The read buffer of all sockets. Node.js calls back at once after a read and no connection keeps the buffer, so one
 * buffer is enough and no read allocates.
 */
const READ_BUFFER = new Uint8Array(65_536)

/** A TCP connection, closed by a reset. */
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
        // a reset would wait until the socket is connected
        if (socket.connecting) {
          socket.destroy()
        } else {
          socket.resetAndDestroy()
        }
      }
    }
  }
}
