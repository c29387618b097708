import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ProbeError } from '../../../core/errors.ts'
import { cpuMsOf } from '../process-cost.ts'
import { filesOf, openFilesLimit, processesFor } from './open-files.ts'
import { createPopulation, rolesOf } from './population.ts'
import { SharedKeys } from './shared-keys.ts'
import type { PopulationOptions } from './population.ts'
import type { ChildProcess } from 'node:child_process'

const SERVER = new URL('server-process.ts', import.meta.url)

/** Settings of a virtual network. */
export interface NetworkOptions extends PopulationOptions {
  /** Addresses of each peer: 1 to 6. */
  addresses: number
}

/**
 * Thousands of peers on loopback, 127.16.0.0/14 port 4001, which speak only the protocols that a crawler uses. Other processes serve them, so that
 * only the crawler is measured: two processes, or more if the limit of open files requires it.
 */
export class VirtualNetwork implements AsyncDisposable {
  readonly #servers: readonly ChildProcess[]

  private constructor (servers: readonly ChildProcess[]) {
    this.#servers = servers
  }

  /** Starts the processes and waits until all peers listen. @throws ProbeError `PP_DEVNET_FAILED` */
  static async open (options: NetworkOptions, signal: AbortSignal): Promise<VirtualNetwork> {
    const processes = processesFor(filesOf(rolesOf(options)), openFilesLimit())
    const folder = await mkdtemp(join(tmpdir(), 'peerprobe-bench-'))

    try {
      SharedKeys.write(join(folder, 'ids'), createPopulation(options))

      return await VirtualNetwork.#serve(options, { processes, keys: join(folder, 'ids') }, signal)
    } finally {
      await rm(folder, { recursive: true })
    }
  }

  static async #serve (options: NetworkOptions, { processes, keys }: { processes: number, keys: string }, signal: AbortSignal): Promise<VirtualNetwork> {
    const args = (share: number): string[] => [JSON.stringify(options), String(share), String(processes), keys]
    const servers = Array.from({ length: processes }, (_, share) => fork(SERVER, args(share), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }))
    await using stack = new AsyncDisposableStack()
    const network = stack.use(new VirtualNetwork(servers))
    await Promise.all(servers.map(async (server) => {
      await ready(server, signal)
    }))
    stack.move()

    return network
  }

  /** CPU time that its processes have taken so far, in milliseconds. */
  cpuMs (): number {
    return this.#servers.reduce((sum, { pid }) => sum + cpuMsOf(pid ?? 0), 0)
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await Promise.all(this.#servers.map(async (server) => {
      if (server.exitCode === null && server.signalCode === null) {
        const exited = once(server, 'exit')
        server.disconnect()
        await exited
      }
    }))
  }
}

async function ready (server: ChildProcess, signal: AbortSignal): Promise<void> {
  const [message] = await Promise.race([once(server, 'message', { signal }), once(server, 'exit', { signal })]) as [unknown]

  if (message !== 'ready') {
    throw new ProbeError('PP_DEVNET_FAILED', `a process of the virtual network ended before it was ready: ${String(message)}`)
  }
}
