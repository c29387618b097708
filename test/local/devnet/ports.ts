import { once } from 'node:events'
import { connect } from 'node:net'

/** The result of a connection to a port of 127.0.0.1: established, refused, or no answer. */
export async function tryPort (port: number, waitMs = 400): Promise<'connected' | 'refused' | 'nothing'> {
  const socket = connect({ host: '127.0.0.1', port })

  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(waitMs) })
    return 'connected'
  } catch (err) {
    return (err as NodeJS.ErrnoException).code === 'ECONNREFUSED' ? 'refused' : 'nothing'
  } finally {
    socket.destroy()
  }
}
