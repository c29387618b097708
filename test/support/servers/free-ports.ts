import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'

/** Some ports of 127.0.0.1 that are free now, all different: for servers that must be told their port. */
export async function freePorts (count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map(async (server) => {
    await once(server, 'listening')
  }))
  const ports = servers.map(server => (server.address() as AddressInfo).port)
  await Promise.all(servers.map(async (server) => {
    const closed = once(server, 'close')
    server.close()
    await closed
  }))

  return ports
}
