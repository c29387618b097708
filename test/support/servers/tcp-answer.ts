import { connect } from 'node:net'

// A listener whose queue is full answers nothing.
const LIMIT_MS = 10_000

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
  socket.setTimeout(LIMIT_MS, () => {
    resolve(false)
  })

  try {
    return await promise
  } finally {
    socket.destroy()
  }
}
