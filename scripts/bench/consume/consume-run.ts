import { fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { ConsumerStatus } from '../../../core/contracts/consumer-status.ts'
import { ProbeError } from '../../../core/errors.ts'
import { NODE_FLAGS } from '../../../core/node-flags.ts'
import { isChildReady } from '../../../core/parent-link.ts'
import { cpuMsOf, peakRssMbOf } from '../process-cost.ts'
import { ADDRESSES } from './visit-load.ts'
import type { ConsumerConfigInput } from '../../../core/contracts/process-config.ts'
import type { ConsumeCounts } from './consume-result.ts'
import type { ChildProcess } from 'node:child_process'

const CONSUMER = fileURLToPath(new URL('../../../consumer/main.ts', import.meta.url))
const NAIVE = fileURLToPath(new URL('./naive-consumer.ts', import.meta.url))
// Each look costs the consumer half a millisecond, which counts as its own.
const POLL_MS = 100

/** Where a consumer reads and writes. */
export interface ConsumePlaces {
  brokers: readonly string[]
  topic: string
  database: string
  sqlPort: number

  /** Process id of the database server. */
  sqlPid: number
}

/** What is consumed. */
export interface Load {
  /** Messages of the topic that this consumer reads. */
  messages: number

  /** Where the consuming process leaves its CPU profile; none when absent. */
  profileDir?: string | undefined
}

/**
 * Runs the product's own consumer over a topic that is filled already, history and validation on, coalescing off.
 * What is measured begins once the first message is committed: what starting costs is not in it.
 */
export async function runBatched (places: ConsumePlaces, { messages, profileDir }: Load, folder: string): Promise<ConsumeCounts> {
  const { brokers, topic, database, sqlPort, sqlPid } = places
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
  const port = isChildReady(ready) ? ready.adminPort : 0

  try {
    return await measure(child, sqlPid, messages, async () => {
      return ConsumerStatus.parse(await (await fetch(`http://127.0.0.1:${String(port)}/status`)).json()).committed
    })
  } finally {
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
}

/** Runs the one-transaction-per-message design over the same topic, for as many messages as are given. */
export async function runNaive ({ brokers, topic, database, sqlPort, sqlPid }: ConsumePlaces, { messages }: Load): Promise<ConsumeCounts> {
  const child = fork(NAIVE, [brokers.join(), topic, String(sqlPort), database], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  let done = 0
  child.on('message', (n) => {
    done = Number(n)
  })

  try {
    return await measure(child, sqlPid, messages, () => Promise.resolve(done))
  } finally {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
}

async function measure (child: ChildProcess, sqlPid: number, messages: number, count: () => Promise<number>): Promise<ConsumeCounts> {
  const pid = child.pid ?? 0
  const look = async (): Promise<{ n: number, atMs: number, processMs: number, serverMs: number }> => {
    const n = await count()
    return { n, atMs: performance.now(), processMs: cpuMsOf(pid), serverMs: cpuMsOf(sqlPid) }
  }
  let first = await look()

  while (first.n === 0) {
    await pauseWhileAlive(child)
    first = await look()
  }

  let last = first

  while (last.n < messages) {
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
