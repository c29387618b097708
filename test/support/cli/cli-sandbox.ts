// A folder in which every example of the help can run: a run's folder with a database and a log, its consumer's configuration,
// and `peerprobe` on the PATH.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { EmbeddedBus } from '../../../core/bus/embedded/embedded-bus.ts'
import { createLogger } from '../../../core/process/logger.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { formatPeerId } from '../../../crawler/peer/peer-id-text.ts'
import { writeEdgeFile } from '../consumer/edge-files.ts'
import { tableOf } from '../consumer/neighbours.ts'
import { nobodyId } from '../network/peer-fixtures.ts'
import { TempFolder } from '../temp-folder.ts'
import { fillRunFolder } from './run-folder.ts'
import type { ConsumerConfigInput } from '../../../core/contracts/process-config.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/** Makes the sandbox; the caller disposes of it. */
export async function cliSandbox (): Promise<TempFolder & { env: Record<string, string> }> {
  const folder = new TempFolder()
  const run = folder.file('.peerprobe/amino')
  mkdirSync(folder.file('bin'))
  symlinkSync(join(ROOT, 'cli/main.ts'), folder.file('bin/peerprobe'))
  symlinkSync(join(ROOT, 'examples'), folder.file('examples'))
  await fillRunFolder(run)
  mkdirSync(join(run, 'dumps'), { recursive: true })
  await writeEdgeFile(join(run, 'dumps'), [tableOf({ nodeId: formatPeerId(nobodyId(1)), entries: 1, buckets: [{ bucket: 1, peers: [formatPeerId(nobodyId(2))] }] })])
  writeFileSync(folder.file('consumer.json'), JSON.stringify({
    bus: { embedded: { path: join(run, 'bus.sqlite') } },
    topic: 'ipfs-nodes',
    deadLetterTopic: 'ipfs-nodes-dead-letters',
    group: 'ipfs-node-consumer',
    store: { sqlite: { path: join(run, 'peerprobe.sqlite') } }
  } satisfies ConsumerConfigInput))
  writeFileSync(folder.file('predecessor.json'), '{"Kafka": {"Brokers": ["kafka.example:9092"]}}')
  await fillLog(join(run, 'bus.sqlite'))

  return Object.assign(folder, { env: { ...process.env as Record<string, string>, PATH: `${folder.file('bin')}:${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`, PEERPROBE_CONFIG: '' } })
}

async function fillLog (path: string): Promise<void> {
  const { signal } = new AbortController()
  await using bus = await EmbeddedBus.open({ log: createLogger({ level: 'silent' }), clock: systemClock }, { path }, signal)

  for (const name of ['ipfs-nodes', 'ipfs-nodes-dead-letters']) {
    await bus.ensureTopic({ name, partitions: 1, retentionMs: 3_600_000 }, signal)
    await bus.publish(name, [{ key: 'k', value: Buffer.from('{}'), headers: {} }], signal)
  }
}
