// Addresses that drop packets, without privileges: a thread listens at each with the shortest backlog and
// never accepts. Once the backlog is full the kernel drops each further SYN, like a firewall. (An address
// without a listener refuses, which takes a crawl no time.)
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { ProbeError } from '../../../core/errors.ts'
import { isAbort } from '../../../core/time/signals.ts'
import { PORT } from './kubo-addresses.ts'
import type { Socket } from 'node:net'

interface Job { blackHoles: readonly string[], gate: SharedArrayBuffer }

// Linux queues backlog + 1 connections.
const BACKLOG = 1
const FILLERS = BACKLOG + 1

// If a loopback connection is not established by now, its packets are being dropped.
const SWALLOWED_AFTER_MS = 500

/** IP addresses that drop every connection attempt to their port. */
export class BlackHoles implements AsyncDisposable {
  readonly #worker: Worker
  readonly #fillers: readonly Socket[]

  private constructor (worker: Worker, fillers: readonly Socket[]) {
    this.#worker = worker
    this.#fillers = fillers
  }

  /** Opens them. @throws ProbeError `PP_DEVNET_FAILED` when the kernel keeps answering at the first of them */
  static async open (ips: readonly string[], signal: AbortSignal): Promise<BlackHoles> {
    const job: Job = { blackHoles: ips, gate: new SharedArrayBuffer(4) }
    const worker = new Worker(new URL(import.meta.url), { workerData: job })
    const fillers: Socket[] = []

    try {
      await once(worker, 'message', { signal })

      for (const ip of ips) {
        await fill(ip, fillers, signal)
      }

      await check(ips, signal)

      return new BlackHoles(worker, fillers)
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

async function fill (ip: string, fillers: Socket[], signal: AbortSignal): Promise<void> {
  const sockets = Array.from({ length: FILLERS }, () => connect({ host: ip, port: PORT }))
  fillers.push(...sockets)
  await Promise.all(sockets.map(socket => once(socket, 'connect', { signal })))
  sockets.forEach(socket => socket.on('error', () => undefined)) // reset when the thread ends
}

async function check ([first]: readonly string[], signal: AbortSignal): Promise<void> {
  if (first === undefined) {
    return
  }

  const socket = connect({ host: first, port: PORT })

  try {
    await once(socket, 'connect', { signal: AbortSignal.any([signal, AbortSignal.timeout(SWALLOWED_AFTER_MS)]) })
  } catch (err) {
    if (!signal.aborted && isAbort(err)) {
      return
    }
    throw err
  } finally {
    socket.destroy()
  }

  throw new ProbeError('PP_DEVNET_FAILED', `the kernel answers at ${first} although its queue must be full`)
}

// The thread: it listens, reports that, and blocks forever so that it never accepts.
async function listenAndBlock ({ blackHoles, gate }: Job): Promise<void> {
  for (const ip of blackHoles) {
    await once(createServer().listen({ host: ip, port: PORT, backlog: BACKLOG }), 'listening')
  }

  parentPort?.postMessage('listening')
  Atomics.wait(new Int32Array(gate), 0, 0)
}

function isJob (data: unknown): data is Job {
  return typeof data === 'object' && data !== null && 'blackHoles' in data
}

if (!isMainThread && isJob(workerData)) {
  await listenAndBlock(workerData)
}
