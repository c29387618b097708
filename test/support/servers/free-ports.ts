import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'

/** Some free ports of 127.0.0.1, all different, for servers that need a given port. */
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

const PAIR_ATTEMPTS = 100

/** A port that is free for TCP and UDP and whose next port is free as well, for the WebSocket listener of a passive node. */
export async function freePortPair (): Promise<number> {
  for (let i = 0; i < PAIR_ATTEMPTS; i++) {
    const [port = 0] = await freePorts(1)

    if (await isFree(port) && await isFree(port + 1) && await isFreeByUdp(port)) {
      return port
    }
  }

  throw new TypeError('no two free ports side by side')
}

async function isFree (port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const server = createServer()
  server.once('error', () => {
    resolve(false)
  })
  server.listen(port, '127.0.0.1', () => {
    server.close(() => {
      resolve(true)
    })
  })

  return await promise
}

async function isFreeByUdp (port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = createSocket('udp4')
  socket.once('error', () => {
    socket.close()
    resolve(false)
  })
  socket.bind(port, '127.0.0.1', () => {
    socket.close(() => {
      resolve(true)
    })
  })

  return await promise
}
