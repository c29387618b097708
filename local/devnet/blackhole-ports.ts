/**
 * Ports that drop packets, without privileges: a thread listens with the shortest backlog and never
 * accepts. Once the backlog is full the kernel drops each further SYN, like a firewall.
 */
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { ProbeError } from '../../core/errors.ts'
import { isAbort } from '../../core/time/signals.ts'
import type { AddressInfo, Socket } from 'node:net'

interface Job { blackholePorts: number, gate: SharedArrayBuffer }

// Linux queues backlog + 1 connections; other kernels round up.
const MAX_FILLERS = 16

// If a loopback connection is not established by now, its packets are being dropped.
const SWALLOWED_AFTER_MS = 250

/** Ports of 127.0.0.1 that drop every connection attempt. */
export class BlackholePorts implements AsyncDisposable {
  readonly ports: readonly number[]
  readonly #worker: Worker
  readonly #fillers: readonly Socket[]

  private constructor ({ worker, ports, fillers }: { worker: Worker, ports: readonly number[], fillers: readonly Socket[] }) {
    this.#worker = worker
    this.#fillers = fillers
    this.ports = ports
  }

  /** Opens the ports. @throws ProbeError `PP_DEVNET_FAILED` when the kernel keeps answering */
  static async open (count: number, signal: AbortSignal): Promise<BlackholePorts> {
    const job: Job = { blackholePorts: count, gate: new SharedArrayBuffer(4) }
    const worker = new Worker(new URL(import.meta.url), { workerData: job })
    const fillers: Socket[] = []

    try {
      const [ports] = await once(worker, 'message', { signal }) as [number[]]
      await Promise.all(ports.map(async (port) => {
        await fill(port, fillers, signal)
      }))
      return new BlackholePorts({ worker, ports, fillers })
    } catch (err) {
      await close(worker, fillers)
      throw err
    }
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await close(this.#worker, this.#fillers)
  }
}

async function close (worker: Worker, fillers: readonly Socket[]): Promise<void> {
  await worker.terminate()

  for (const socket of fillers) {
    socket.destroy()
  }
}

async function fill (port: number, fillers: Socket[], signal: AbortSignal): Promise<void> {
  for (let i = 0; i < MAX_FILLERS; i++) {
    const socket = await connectWithin(port, signal)

    if (socket === undefined) {
      return
    }

    fillers.push(socket)
  }

  throw new ProbeError('PP_DEVNET_FAILED', `the kernel answers on port ${String(port)} although its queue must be full`)
}

// The connected socket, or undefined if it did not connect in time.
async function connectWithin (port: number, signal: AbortSignal): Promise<Socket | undefined> {
  const socket = connect({ host: '127.0.0.1', port })
  // These connections are reset when the thread ends, which does not matter.
  socket.on('error', () => undefined)

  try {
    await once(socket, 'connect', { signal: AbortSignal.any([signal, AbortSignal.timeout(SWALLOWED_AFTER_MS)]) })
    return socket
  } catch (err) {
    socket.destroy()

    if (signal.aborted || !isAbort(err)) {
      throw err
    }
    return undefined
  }
}

// The thread: it listens, reports the ports, and blocks forever so that it never accepts.
async function listenAndBlock ({ blackholePorts, gate }: Job): Promise<void> {
  const servers = await Promise.all(Array.from({ length: blackholePorts }, async () => {
    const server = createServer().listen({ host: '127.0.0.1', port: 0, backlog: 1 })
    await once(server, 'listening')
    return server
  }))

  parentPort?.postMessage(servers.map(server => (server.address() as AddressInfo).port))
  Atomics.wait(new Int32Array(gate), 0, 0)
}

function isJob (data: unknown): data is Job {
  return typeof data === 'object' && data !== null && 'blackholePorts' in data
}

if (!isMainThread && isJob(workerData)) {
  await listenAndBlock(workerData)
}
