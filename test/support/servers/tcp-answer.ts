import { connect } from 'node:net'

/** Whether anything on this machine accepts connections at a port. */
export async function isListening (port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect({ host: '127.0.0.1', port })
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
