/**
 * `npm run bench:soak-node`: many crawls at a short interval, as in a day at the default interval, by the image on a real node with Kafka
 * and MariaDB: after each crawl the memory and the open files of operator, crawler and consumer, and the files of the dump volume.
 */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Command } from 'commander'
import { wholeNumber } from '../../../core/text/option-text.ts'
import { pidsOf } from '../../../test/support/node/box-processes.ts'
import { missingLab, NodeLab, SYSTEM } from '../../../test/support/node/node-lab.ts'
import { enterBoxWithImage } from '../../../test/support/node/product-image.ts'
import { containerMb } from './container-memory.ts'
import { fileTable, processTable } from './soak-report.ts'
import type { FileSample, ProcessSample } from './soak-report.ts'

const { crawls, interval, peers } = new Command('bench:soak-node')
  .description('Crawls many times on a real node, and measures whether anything grows.')
  .option('--crawls <n>', 'crawls', wholeNumber(4, 10_000), 200)
  .option('--interval <seconds>', 'time between two crawls', wholeNumber(1, 3_600), 2)
  .option('--peers <n>', 'living peers of the network', wholeNumber(1, 100), 8)
  .parse()
  .opts<{ crawls: number, interval: number, peers: number }>()

const NAMESPACE = 'soak'
const POLL_MS = 500

// Crawls that end between two samples are one sample; without any for so long, something is broken.
const STALL_MS = 300_000

if (missingLab !== undefined) {
  throw new TypeError(missingLab)
}

const image = await enterBoxWithImage(import.meta.filename)
await using lab = await NodeLab.open({ images: [image], allowed: NAMESPACE, peers })
await lab.install()
await lab.namespace(NAMESPACE)
// The shortest keeping times that show within the run that files are bounded.
await lab.probe(NAMESPACE, {
  scans: [{ ...lab.scan(), active: { interval: `${String(interval)}s` } }],
  consumer: { dump: { enabled: true, interval: '10s', keep: '2m', volume: { claim: 'dumps' } } }
})
await lab.untilReady(NAMESPACE)

const processes = new Map<string, ProcessSample[]>()
const files: FileSample[] = []
const startedAt = performance.now()

for (let stored = 0, since = performance.now(); stored < crawls;) {
  await delay(POLL_MS)
  const now = (await lab.rows(NAMESPACE, 'SELECT 1 FROM crawl WHERE state = \'finished\'')).length

  if (now > stored) {
    [stored, since] = [now, performance.now()]
    sample(stored)
  } else if (performance.now() - since > STALL_MS) {
    throw new TypeError(`no crawl ended for ${String(STALL_MS / 1_000)} s after ${String(stored)}\n${await lab.explain()}`)
  }
}

const seconds = (performance.now() - startedAt) / 1_000
const pods = [...await lab.pods(SYSTEM), ...await lab.pods(NAMESPACE)]
const restarts = pods.flatMap(({ status }) => status.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0)
process.stdout.write(`${processTable(processes)}\n\n${fileTable(files)}\n`)
process.stdout.write(`\n${String(files.at(-1)?.crawls)} crawls in ${seconds.toFixed(0)} s, ${String(files.length)} samples, ${String(restarts)} restarts\n`)

function sample (stored: number): void {
  for (const name of ['operator', 'crawler', 'consumer']) {
    // With two, the one that started first: its memory is that of the run.
    const [pid] = pidsOf(`${name}/main.ts`)

    if (pid === undefined) {
      throw new TypeError(`no ${name} runs after ${String(stored)} crawls`)
    }

    const of = processes.get(name) ?? []
    processes.set(name, of)
    of.push({ crawls: stored, memoryMb: containerMb(pid), files: readdirSync(`/proc/${String(pid)}/fd`).length })
  }

  const found = readdirSync(lab.volume(NAMESPACE, 'dumps'), { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
  // A dump that has become too old may have been removed meanwhile.
  const sizes = found.map(({ name, parentPath }) => statSync(join(parentPath, name), { throwIfNoEntry: false })?.size ?? 0)
  files.push({ crawls: stored, dumpsMb: sizes.reduce((sum, size) => sum + size, 0) / 1_000_000, count: found.length })
  process.stderr.write(`${String(stored)} crawls: ${[...processes].map(([name, of]) => `${name} ${of.at(-1)?.memoryMb.toFixed(0) ?? '?'} MB`).join(', ')}\n`)
}
