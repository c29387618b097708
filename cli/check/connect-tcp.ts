import { createConnection } from 'node:net'
import { raceAbort } from '../../core/time/race-abort.ts'
import { formatIp } from '../../crawler/address/ip-text.ts'
import type { Address } from '../../crawler/address/address-reader.ts'

/**
 * Connects by plain TCP, and closes the connection at once: tells a port that is closed or filtered from one behind which
 * nobody speaks libp2p.
 *
 * @throws Error of the system, such as ECONNREFUSED, or the signal's reason
 */
export async function connectTcp ({ host, port }: Pick<Address, 'host' | 'port'>, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>()
  const socket = createConnection({ host: formatIp(host), port })
  socket.once('connect', () => {
    resolve(undefined)
  })
  socket.on('error', reject)

  try {
    await raceAbort(promise, signal)
  } finally {
    socket.destroy()
  }
}
