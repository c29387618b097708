import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { ProbeError } from '../../../core/errors.ts'
import { parseWith } from '../../../core/process/config.ts'
import { KEY_TYPES } from '../truth.ts'
import { buildGoDevnet } from './build-go-devnet.ts'
import type { Outcome } from '../../../core/contracts/outcome.ts'
import type { ChildProcess } from 'node:child_process'

/** Kinds of hosts, with the outcome of a visit with the client for TCP, WebSocket and relays alone. */
export const GO_KINDS = {
  'plain': 'ok',
  'tcp-only': 'ok',
  'ip6': 'ok',
  'noise-only': 'ok',
  'late-muxer': 'ok',
  'many': 'ok',
  'client': 'identified',
  'quic-only': 'unsupported-transport',
  'tls-only': 'ok',
  'ws-only': 'ok',
  'relayed': 'ok',
  'dead': 'refused'
} as const satisfies Record<string, Outcome>

/** The outcome of a visit with all clients: the QUIC client reaches QUIC-only hosts, but its library does not support ECDSA keys. */
export function outcomeOf ({ kind, keyType }: Pick<GoDevnetTruth['peers'][number], 'kind' | 'keyType'>): Outcome {
  if (kind !== 'quic-only') {
    return GO_KINDS[kind]
  }

  return keyType === 'ECDSA' ? 'security-unsupported' : 'ok'
}

const GoHost = z.object({
  id: z.string(),
  kind: z.enum(Object.keys(GO_KINDS) as [keyof typeof GO_KINDS]),
  keyType: z.enum(KEY_TYPES),
  agentVersion: z.string(),
  addresses: z.array(z.string()),
  protocols: z.array(z.string()),
  table: z.array(z.string()).nullable(),
  inTables: z.int()
})

/** The true composition of the Go devnet. */
export const GoDevnetTruth = z.object({ kadProtocol: z.string(), peers: z.array(GoHost) })

/** {@inheritDoc GoDevnetTruth} */
export type GoDevnetTruth = z.output<typeof GoDevnetTruth>

/** Settings of {@link GoDevnetProcess}. */
export interface GoDevnetOptions {
  /** Hosts with TCP and QUIC. @default 40 */
  plain?: number

  /** Hosts of each special kind. @default 8 */
  special?: number

  /** Time limit of the start, after the build, in milliseconds. @default 120000 */
  startTimeoutMs?: number
}

const TAIL_CHARS = 4_096
const TRUTH_FILE = 'truth.json'

/** Real go-libp2p hosts in a child process, which ends when this process ends for any reason. */
export class GoDevnetProcess implements AsyncDisposable {
  readonly truth: GoDevnetTruth
  readonly #child: ChildProcess
  readonly #folder: string
  readonly #startTimeoutMs: number

  private constructor (child: ChildProcess, folder: string, startTimeoutMs: number) {
    this.#child = child
    this.#folder = folder
    this.#startTimeoutMs = startTimeoutMs
    this.truth = readTruth(folder)
  }

  /** Builds the program if needed, starts it and waits until all tables are filled. @throws ProbeError `PP_DEVNET_FAILED` */
  static async open ({ plain = 40, special = 8, startTimeoutMs = 120_000 }: GoDevnetOptions, signal: AbortSignal): Promise<GoDevnetProcess> {
    const program = await buildGoDevnet(signal)
    const folder = mkdtempSync(join(tmpdir(), 'peerprobe-go-devnet-'))
    // Standard input ends with this process, and the child ends with its standard input.
    const child = spawn(program, ['-plain', String(plain), '-special', String(special), '-out', join(folder, TRUTH_FILE)], { stdio: ['pipe', 'pipe', 'pipe'] })

    try {
      await ready(child, AbortSignal.any([signal, AbortSignal.timeout(startTimeoutMs)]))
      return new GoDevnetProcess(child, folder, startTimeoutMs)
    } catch (err) {
      child.kill('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
      signal.throwIfAborted()
      throw err
    }
  }

  /** The present truth: a table may have exchanged a peer since the start. */
  async truthNow (signal: AbortSignal): Promise<GoDevnetTruth> {
    const again = ready(this.#child, AbortSignal.any([signal, AbortSignal.timeout(this.#startTimeoutMs)]))
    this.#child.kill('SIGUSR1')
    await again

    return readTruth(this.#folder)
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    if (!hasEnded(this.#child)) {
      const ended = once(this.#child, 'exit')
      this.#child.kill('SIGKILL') // it has no state to save
      await ended
    }
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

function readTruth (folder: string): GoDevnetTruth {
  return parseWith(GoDevnetTruth, JSON.parse(readFileSync(join(folder, TRUTH_FILE), 'utf8')), { code: 'PP_DEVNET_FAILED', what: TRUTH_FILE })
}

// Resolves when the program reports that it has written the truth.
async function ready (child: ChildProcess, signal: AbortSignal): Promise<void> {
  let tail = ''
  const { promise, resolve } = Promise.withResolvers<'ready'>()
  const keep = (chunk: Buffer): void => {
    tail = `${tail}${String(chunk)}`.slice(-TAIL_CHARS)

    if (tail.includes('READY\n')) {
      resolve('ready')
    }
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  const ended = new AbortController()

  try {
    if (!hasEnded(child) && await Promise.race([promise, once(child, 'exit', { signal: AbortSignal.any([signal, ended.signal]) })]) === 'ready') {
      return
    }
  } catch (err) {
    throw new ProbeError('PP_DEVNET_FAILED', `the Go devnet was not ready in time: ${tail}`, { cause: err })
  } finally {
    ended.abort()
    child.stdout?.off('data', keep).resume()
    child.stderr?.off('data', keep).resume()
  }

  throw new ProbeError('PP_DEVNET_FAILED', `the Go devnet ended: ${tail}`)
}

function hasEnded ({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null
}
