import { connect } from 'node:net'

/** Whether anything accepts connections at a port of an address of this machine. */
export async function isListening (port: number, host = '127.0.0.1'): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect({ host, port })
  socket.once('connect', () => {
    resolve(true)
  })
  socket.once('error', () => {
    resolve(false)
  })

  try {
    return await promise
  } finally {
    socket.destroy()
  }
}
