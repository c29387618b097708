// Runs test files on real servers, each in its own process and several at a time: they spend most
// of their time waiting for servers to start.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { systemClock } from '../../core/time/clock.ts'
import { formatMilliseconds } from '../../core/time/duration.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { FileRun } from './run-again.ts'

/** A run of a file, and how long it took in milliseconds. */
export interface TimedRun extends FileRun { ms: number }

/** Settings of {@link runFiles}. */
export interface PoolOptions {
  /** Number of files that run at the same time, besides one of those that wait. */
  atOnce: number

  /** Files that spend most of their time waiting: one of them runs beside the others all the time. @default none */
  waiting?: ReadonlySet<string>

  /** Files that use all cores: no two of them run at the same time. @default none */
  greedy?: ReadonlySet<string>

  /** Called with each file as it ends. */
  onEnd: (run: TimedRun) => void

  /** Called with the output of files as it comes. */
  onOutput?: (text: string) => void

  /** Limits the time of a file. @default the machine's clock */
  clock?: Clock
}

const MINUTE_MS = 60_000

/** A file that takes longer hangs, in milliseconds. The long variants (`PEERPROBE_FULL=1`) wait for ten minutes and more. */
export const LIMIT_MS = (process.env['PEERPROBE_FULL'] === '1' ? 120 : 20) * MINUTE_MS

// For the test runner to print what failed until then, and what ran.
const SUMMARY_LIMIT_MS = 20_000

// Each file may run a control plane (600 MB), three Kafka nodes (350 MB each) or some hundred hosts.
const MOST_AT_ONCE = 4

/** How many files run at the same time on this machine: one more than cores, since they wait for a third of the time. */
export function usualAtOnce (): number {
  return Math.min(MOST_AT_ONCE, availableParallelism() + 1)
}

/** Runs files, started in their order, those that wait last; resolves with their runs in that order. */
export async function runFiles (files: readonly string[], options: PoolOptions): Promise<TimedRun[]> {
  const { atOnce, onEnd, waiting = new Set(), greedy = new Set() } = options
  const runs: TimedRun[] = []
  // All lanes take from these.
  const busy = [...files.entries()].filter(([, file]) => !waiting.has(file))
  const idle = [...files.entries()].filter(([, file]) => waiting.has(file))
  let isGreedy = false
  const take = (queue: [number, string][]): [number, string][] => {
    const next = queue.findIndex(([, file]) => !isGreedy || !greedy.has(file))

    return next === -1 ? [] : queue.splice(next, 1)
  }
  const lane = async (queue: [number, string][]): Promise<void> => {
    for (let [entry] = take(queue); entry !== undefined; [entry] = take(queue)) {
      const [index, file] = entry
      isGreedy ||= greedy.has(file)
      const run = await runFile(file, options)
      isGreedy &&= !greedy.has(file)
      runs[index] = run
      onEnd(run)
    }
  }
  const lanes = Array.from({ length: atOnce }, async () => {
    await lane(busy)
    await lane(idle)
  })

  await Promise.all([...waiting.size === 0 ? [] : [lane(idle)], ...lanes])

  return runs
}

async function runFile (file: string, { onOutput, clock = systemClock }: PoolOptions): Promise<TimedRun> {
  const startedAt = performance.now()
  // Its own process group, so that its children can be ended with it.
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--test', '--test-reporter=spec', file], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    // Set by an outer test runner, which would suppress the output of these runs.
    env: { ...process.env, NODE_TEST_CONTEXT: undefined }
  })
  const chunks: Buffer[] = []
  const kill = (): void => {
    if (child.pid !== undefined) {
      process.kill(-child.pid, 'SIGKILL')
    }
  }
  const interrupted = (): void => {
    kill()
    process.exit(130)
  }
  using timers = new DisposableStack()
  timers.use(clock.after(LIMIT_MS, () => {
    chunks.push(Buffer.from(`\n${file} was ended after ${formatMilliseconds(LIMIT_MS)}\n`))
    child.kill('SIGINT')
    timers.use(clock.after(SUMMARY_LIMIT_MS, kill))
  }))
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted)

  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      onOutput?.(String(chunk))
    })
  }

  const [code] = await once(child, 'close') as [number | null]
  process.off('SIGINT', interrupted).off('SIGTERM', interrupted)

  return { file, code: code ?? undefined, output: Buffer.concat(chunks).toString(), ms: performance.now() - startedAt }
}
