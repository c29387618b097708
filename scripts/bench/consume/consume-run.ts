import { fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { ConsumerStatus } from '../../../core/contracts/consumer-status.ts'
import { ProbeError } from '../../../core/errors.ts'
import { NODE_FLAGS } from '../../../core/process/node-flags.ts'
import { isChildReady } from '../../../core/process/parent-link.ts'
import { cpuMsOf, peakRssMbOf } from '../process-cost.ts'
import { ADDRESSES } from './visit-load.ts'
import type { ConsumerConfigInput } from '../../../core/contracts/process-config.ts'
import type { ConsumeCounts } from './consume-result.ts'
import type { ChildProcess } from 'node:child_process'

const CONSUMER = fileURLToPath(new URL('../../../consumer/main.ts', import.meta.url))
const NAIVE = fileURLToPath(new URL('./naive-consumer.ts', import.meta.url))
// Each status request costs the consumer half a millisecond, which is counted in its own CPU time.
const POLL_MS = 100

/** The topic and the database of a consumer. */
export interface ConsumePlaces {
  brokers: readonly string[]
  topic: string
  database: string
  sqlPort: number

  /** Process id of the database server. */
  sqlPid: number
}

/** The messages to consume: the visits of two crawls of the same peers. */
export interface TwoCrawls {
  /** Messages of each crawl. */
  messages: number

  /** Publishes the messages of the second crawl; those of the first are on the topic already. */
  publishSecond: () => Promise<void>

  /** Folder for the CPU profile of the consuming process; none when absent. */
  profileDir?: string | undefined
}

/**
 * Runs the product's consumer, with history and validation on and coalescing off, through two crawls in one process. It is
 * stopped while the second crawl is published. Measuring starts once the first message of each crawl is committed, so the
 * cost of the start is not included.
 */
export async function runBatched (places: ConsumePlaces, crawls: TwoCrawls, folder: string): Promise<readonly [ConsumeCounts, ConsumeCounts]> {
  const { messages, publishSecond, profileDir } = crawls
  const { child, port } = await startConsumer(places, profileDir, folder)
  const count = async (): Promise<number> => ConsumerStatus.parse(await (await fetch(`http://127.0.0.1:${String(port)}/status`)).json()).committed

  try {
    const first = await measure({ child, sqlPid: places.sqlPid, count }, 0, messages)
    child.kill('SIGSTOP')
    await publishSecond()
    child.kill('SIGCONT')

    return [first, await measure({ child, sqlPid: places.sqlPid, count }, messages, 2 * messages)]
  } finally {
    child.kill('SIGCONT')
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
}

interface Started { child: ChildProcess, port: number }

async function startConsumer ({ brokers, topic, database, sqlPort }: ConsumePlaces, profileDir: string | undefined, folder: string): Promise<Started> {
  writeFileSync(`${folder}/password`, '')
  writeFileSync(`${folder}/consumer.json`, JSON.stringify({
    admin: { port: 0 },
    logLevel: 'warn',
    bus: { kafka: { brokers: [...brokers], clientId: 'bench' } },
    topic,
    deadLetterTopic: `${topic}-dead-letters`,
    group: topic,
    store: { mysql: { host: '127.0.0.1', port: sqlPort, database, username: 'root', passwordFile: `${folder}/password` } },
    coalesceWindowMs: 0
  } satisfies ConsumerConfigInput))
  const execArgv = [...NODE_FLAGS, ...profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`]]
  const env = { ...process.env, PEERPROBE_CONFIG: `${folder}/consumer.json` }
  const child = fork(CONSUMER, { execArgv, env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const [ready] = await Promise.race([once(child, 'message'), endOf(child)]) as [unknown]

  return { child, port: isChildReady(ready) ? ready.adminPort : 0 }
}

/** Runs the one-transaction-per-message design over the same topic, for the given number of messages. */
export async function runNaive ({ brokers, topic, database, sqlPort, sqlPid }: ConsumePlaces, messages: number): Promise<ConsumeCounts> {
  const child = fork(NAIVE, [brokers.join(), topic, String(sqlPort), database], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  let done = 0
  child.on('message', (n) => {
    done = Number(n)
  })

  try {
    return await measure({ child, sqlPid, count: () => Promise.resolve(done) }, 0, messages)
  } finally {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
}

interface Measured {
  child: ChildProcess
  sqlPid: number

  /** Messages done so far. */
  count: () => Promise<number>
}

/** From the first message after `from` to message `to`. */
async function measure ({ child, sqlPid, count }: Measured, from: number, to: number): Promise<ConsumeCounts> {
  const pid = child.pid ?? 0
  const look = async (): Promise<{ n: number, atMs: number, processMs: number, serverMs: number }> => {
    const n = await count()
    return { n, atMs: performance.now(), processMs: cpuMsOf(pid), serverMs: cpuMsOf(sqlPid) }
  }
  let first = await look()

  while (first.n <= from) {
    await pauseWhileAlive(child)
    first = await look()
  }

  let last = first

  while (last.n < to) {
    await pauseWhileAlive(child)
    last = await look()
  }

  return {
    messages: last.n - first.n,
    rows: (last.n - first.n) * (1 + ADDRESSES),
    seconds: (last.atMs - first.atMs) / 1_000,
    processCpuMs: last.processMs - first.processMs,
    serverCpuMs: last.serverMs - first.serverMs,
    rssMb: peakRssMbOf(pid)
  }
}

async function pauseWhileAlive (child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) {
    throw new ProbeError('PP_CHILD_FAILED', `the consumer ended with ${String(child.exitCode)}`)
  }

  await delay(POLL_MS)
}

async function endOf (child: ChildProcess): Promise<never> {
  const [code] = await once(child, 'exit') as [number | null]
  throw new ProbeError('PP_CHILD_FAILED', `the consumer ended with ${String(code)}`)
}
