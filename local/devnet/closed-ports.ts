/**
 * Ports that refuse connections. They are chosen below 1024, where no kernel picks ports for
 * outgoing connections or for listeners on port 0: any other free port may be taken a moment later.
 */
import { once } from 'node:events'
import { connect } from 'node:net'
import { ProbeError } from '../../core/errors.ts'

const LAST_RESERVED_PORT = 1_023

/** Finds ports of 127.0.0.1 that refuse connections. @throws ProbeError `PP_DEVNET_FAILED` when there are too few */
export async function findClosedPorts (count: number, signal: AbortSignal): Promise<number[]> {
  const ports: number[] = []

  for (let port = 1; ports.length < count && port <= LAST_RESERVED_PORT; port++) {
    if (await refuses(port, signal)) {
      ports.push(port)
    }
  }

  if (ports.length < count) {
    throw new ProbeError('PP_DEVNET_FAILED', `only ${String(ports.length)} ports below 1024 refuse connections, ${String(count)} are needed`)
  }

  return ports
}

async function refuses (port: number, signal: AbortSignal): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port })

  try {
    await once(socket, 'connect', { signal })
    return false
  } catch (err) {
    signal.throwIfAborted()
    return err instanceof Error && 'code' in err && err.code === 'ECONNREFUSED'
  } finally {
    socket.destroy()
  }
}
