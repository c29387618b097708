import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { errorText, isProbeError, ProbeError } from '../../core/errors.ts'
import { entryFile } from '../../core/files/entry-file.ts'
import { systemClock } from '../../core/time/clock.ts'
import { childController } from '../../core/time/signals.ts'
import { sleep } from '../../core/time/sleep.ts'
import { DevnetReady } from './devnet-message.ts'
import type { DevnetTruth } from './truth.ts'
import type { ChildProcess } from 'node:child_process'

/** Settings of {@link DevnetProcess}. */
export interface DevnetProcessOptions {
  /** Real peers. @default 32 */
  peers?: number

  /** Loopback port that some peers dial which are in no routing table; absent for no such peers. */
  dialInPort?: number

  /** File for the truth; none when absent. */
  truthPath?: string

  /** Time limit of the start, in milliseconds. @default 30000 */
  startTimeoutMs?: number
}

// Enough of its last output to see why it failed.
const TAIL_CHARS = 4_096

/** A devnet in a child process, which ends when this process ends for any reason. */
export class DevnetProcess implements AsyncDisposable {
  /** What a crawl must find. */
  readonly truth: DevnetTruth

  /** Resolves when the process has ended, with its exit status and its last output. */
  readonly ended: Promise<string>

  readonly #child: ChildProcess

  private constructor (child: ChildProcess, ended: Promise<string>, truth: DevnetTruth) {
    this.#child = child
    this.ended = ended
    this.truth = truth
  }

  /** Starts the process and waits until every peer answers. @throws ProbeError `PP_DEVNET_FAILED` with the cause */
  static async open ({ peers = 32, dialInPort, truthPath, startTimeoutMs = 30_000 }: DevnetProcessOptions, signal: AbortSignal): Promise<DevnetProcess> {
    signal.throwIfAborted()
    // In its own process group: Ctrl-C in the terminal reaches only the runner, which stops it in order.
    const child = spawn(process.execPath, [
      '--disable-warning=ExperimentalWarning',
      entryFile('main.ts', import.meta.url),
      '--peers',
      String(peers),
      ...(dialInPort === undefined ? [] : ['--dial-in-port', String(dialInPort)]),
      ...(truthPath === undefined ? [] : ['--truth', truthPath])
    ], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], detached: true })
    const ended = endOf(child)

    try {
      return new DevnetProcess(child, ended, await truthFrom({ child, ended, startTimeoutMs }, signal))
    } catch (err) {
      await stop(child, ended)
      signal.throwIfAborted()
      throw isProbeError(err) ? err : new ProbeError('PP_DEVNET_FAILED', `the devnet's process did not start: ${errorText(err)}`, { cause: err })
    }
  }

  get pid (): number | undefined {
    return this.#child.pid
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await stop(this.#child, this.ended)
  }
}

interface Starting { child: ChildProcess, ended: Promise<string>, startTimeoutMs: number }

async function truthFrom ({ child, ended, startTimeoutMs }: Starting, signal: AbortSignal): Promise<DevnetTruth> {
  using waiting = childController(signal)

  try {
    return await Promise.race([
      once(child, 'message', { signal: waiting.signal }).then(([message]) => DevnetReady.parse(message).truth),
      ended.then((how) => {
        throw new ProbeError('PP_DEVNET_FAILED', `the devnet's process ended before it was ready: ${how}`)
      }),
      sleep(systemClock, startTimeoutMs, waiting.signal).then(() => {
        throw new ProbeError('PP_DEVNET_FAILED', `the devnet was not ready within ${String(startTimeoutMs)} ms`)
      })
    ])
  } finally {
    waiting.abort()
  }
}

// Never rejects: a process that could not be spawned counts as ended.
async function endOf (child: ChildProcess): Promise<string> {
  let tail = ''

  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      tail = (tail + text).slice(-TAIL_CHARS)
    })
  }

  try {
    const [code, name] = await once(child, 'close') as [number | null, NodeJS.Signals | null]
    return `${name === null ? `exit code ${String(code)}` : `signal ${name}`}${tail === '' ? '' : `, last output: ${tail.trimEnd()}`}`
  } catch (err) {
    return errorText(err)
  }
}

// At once: a devnet has no state to save, and timers of its libraries would delay the exit by a second.
async function stop (child: ChildProcess, ended: Promise<string>): Promise<void> {
  child.kill('SIGKILL')
  await ended
}
