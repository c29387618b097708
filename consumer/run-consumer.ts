import { dirname } from 'node:path'
import { AdminServer } from '../core/admin/admin-server.ts'
import { openBus } from '../core/bus/open-bus.ts'
import { defined } from '../core/defined.ts'
import { addDiskGauges } from '../core/disk/disk-metrics.ts'
import { DiskWatch, refuseWhere } from '../core/disk/disk-watch.ts'
import { runTogether } from '../core/process/run-together.ts'
import { ConsumerCounters } from './consumer-counters.ts'
import { DumpFolder } from './dumps/dump-folder.ts'
import { DumpLoop } from './dumps/dump-loop.ts'
import { RecordDump } from './dumps/record-dump.ts'
import { runRetention } from './jobs/retention/retention.ts'
import { runSessions } from './jobs/sessions/run-sessions.ts'
import { ConsumerMetrics } from './metrics/consumer-metrics.ts'
import { observeWith } from './observers.ts'
import { openEdges } from './open-edges.ts'
import { BatchWriter } from './pipeline/batch-writer.ts'
import { Consumer } from './pipeline/consumer.ts'
import { DeadLetterRate } from './pipeline/dead-letter-rate.ts'
import { DeadLetters } from './pipeline/dead-letters.ts'
import { GroupWatch } from './pipeline/group-watch.ts'
import { LagMeter } from './pipeline/lag-meter.ts'
import { Outage } from './pipeline/outage.ts'
import { logMigration } from './store/migrations/log-migration.ts'
import { openStore } from './store/open-store.ts'
import type { EventBus } from '../core/bus/port/event-bus.ts'
import type { ConsumerConfig } from '../core/contracts/process-config.ts'
import type { DiskUse, DiskWatchDeps } from '../core/disk/disk-watch.ts'
import type { ComponentContext } from '../core/process/run-component.ts'
import type { ConsumerGauges } from './metrics/consumer-metrics.ts'
import type { Edges } from './open-edges.ts'
import type { NodeStore } from './store/model/node-store.ts'

/** Optional parts of a consumer, for tests and the local runner. */
export interface ConsumerHooks {
  /** Reads a disk's free space. @default the system's own figures */
  readDisk?: DiskWatchDeps['read']

  /** Called when it has joined its group, with the port of its admin server. */
  onReady: (adminPort: number) => void
}

// A SQLite file with so many free bytes stores a transaction without growing.
const ENOUGH_REUSABLE_BYTES = 16 * 1_048_576

type DumpConfig = NonNullable<ConsumerConfig['dump']>
type Context = ComponentContext<ConsumerConfig>
interface Parts { consumer: Consumer, store: NodeStore, disks: DiskWatch, edges: Edges, bus: EventBus }
interface Counters { tally: ConsumerCounters, metrics: ConsumerMetrics, meter: LagMeter }

// The lag is read once a second: a minute without a reading means a hung loop.
const LIVENESS_MS = 60_000

/**
 * Runs one consumer until `signal` aborts: consumes, writes dumps, removes old rows, derives sessions. Then it finishes what is
 * running and writes a last dump.
 */
export async function runConsumer (context: Context, { onReady, readDisk }: ConsumerHooks, signal: AbortSignal): Promise<void> {
  const { config, log, registry, progress, clock } = context
  await using stack = new AsyncDisposableStack()
  const meter = new LagMeter({ clock, log, beat: stack.use(progress.watch('lag', LIVENESS_MS)) })
  const groupWatch = new GroupWatch({ clock, log, topic: config.topic, group: config.group })
  const rate = new DeadLetterRate({ clock, log })
  const outage = new Outage({ clock, log })
  const metrics = new ConsumerMetrics(registry, gaugesOf(config, { meter, groupWatch, rate, outage }))
  const tally = new ConsumerCounters({ clock })
  const disks = new DiskWatch({ clock, log, ...defined({ read: readDisk }) }, await foldersOf(config), config.disk)
  addDiskGauges(registry, 'consumer', disks)
  const edges = openEdges({ ...context, isDiskLow: () => disks.low('dumps') !== undefined })
  let hasJoined = false

  const server = stack.use(await AdminServer.open({
    log,
    progress,
    registry,
    notReady: () => signal.aborted ? 'stopping' : outage.state ?? disks.critical('bus') ?? (hasJoined ? undefined : 'starting'),
    status: () => tally.status({
      topic: config.topic,
      group: config.group,
      lag: meter.lag,
      outage: outage.state,
      groupProblem: groupWatch.problem,
      deadLetterProblem: rate.problem,
      disk: disks.problem,
      edges: edges.status()
    })
  }, config.admin))
  const store = stack.use(await openStore(config.store, {
    clock,
    requireRoom: (reusableBytes) => {
      const problem = disks.critical('store')
      refuseWhere(problem === undefined || reusableBytes() >= ENOUGH_REUSABLE_BYTES ? undefined : problem)
    }
  }, config))
  logMigration(log, await store.migrate())
  const bus = stack.use(await openBus(config.bus, { log, clock, isDiskLow: () => disks.low('bus') !== undefined }, signal))
  const observer = observeWith(tally, metrics)
  const shared = { bus, clock, log, outage, observer }
  const consumer = new Consumer({
    ...shared,
    meter,
    groupWatch,
    writer: new BatchWriter({ ...shared, store }, config.retry),
    deadLetters: new DeadLetters(shared, { ...config.deadLetters, topic: config.topic, deadLetterTopic: config.deadLetterTopic }),
    rate,
    isHeldUp: () => disks.low('bus') !== undefined,
    onSubscribed: () => {
      if (!hasJoined) {
        hasJoined = true
        log.info({ topic: config.topic, group: config.group, adminPort: server.port }, 'consumer ready')
        onReady(server.port)
      }
    }
  }, { ...config.batch, concurrentWrites: store.concurrentWrites, topic: config.topic, group: config.group })

  await consumeAndCare(context, { consumer, store, disks, edges, bus }, { tally, metrics, meter }, signal)
}

interface Gauged { meter: LagMeter, groupWatch: GroupWatch, rate: DeadLetterRate, outage: Outage }

function gaugesOf ({ dump }: ConsumerConfig, { meter, groupWatch, rate, outage }: Gauged): ConsumerGauges {
  return {
    lag: () => meter.lag,
    groupProblem: () => groupWatch.problem?.code,
    partitions: () => groupWatch.partitions,
    deadLetterShare: () => rate.share,
    isOut: () => outage.state !== undefined,
    dumping: () => isDumper(meter) ? dump : undefined
  }
}

// One consumer of a group writes the dumps.
function isDumper ({ lag }: LagMeter): boolean {
  return lag?.partitions.has(0) ?? false
}

// Creates the folder of the dumps here, so that its disk can be watched from the start.
async function foldersOf ({ bus, store, dump }: ConsumerConfig): Promise<Partial<Record<DiskUse, string>>> {
  if (dump !== undefined) {
    await DumpFolder.open(dump.folder)
  }

  return {
    ...defined({
      bus: bus.embedded === undefined ? undefined : dirname(bus.embedded.path),
      store: store.sqlite === undefined ? undefined : dirname(store.sqlite.path),
      dumps: dump?.folder
    })
  }
}

async function consumeAndCare (context: Context, { consumer, store, disks, edges, bus }: Parts, counters: Counters, signal: AbortSignal): Promise<void> {
  const { config, clock, log } = context
  const { tally, metrics, meter } = counters
  const { dump, retention, sessions } = config
  const dumps = dump === undefined ? undefined : await openDumps(context, dump, { store, disks }, counters)
  const retentionDeps = { store, clock, log, onRemoved: metrics.removed.bind(metrics) }

  await runTogether([
    async (taskSignal) => { await consumer.run(taskSignal) },
    async (taskSignal) => { await disks.run(taskSignal) },
    async (taskSignal) => { await edges.run(bus, taskSignal) },
    async (taskSignal) => { await tally.report(log, () => meter.lag, taskSignal) },
    ...dump === undefined || dumps === undefined ? [] : [async (taskSignal: AbortSignal) => { await dumps.run(dump.intervalMs, taskSignal) }],
    ...retention === undefined ? [] : [async (taskSignal: AbortSignal) => { await runRetention(retentionDeps, retention, taskSignal) }],
    ...sessions === undefined ? [] : [async (taskSignal: AbortSignal) => { await runSessions({ store, clock, log }, sessions, taskSignal) }]
  ], signal)

  // Everything is stored now, so the last dump is complete. Only the time limit of the process's stop interrupts it.
  await dumps?.dumpNow(new AbortController().signal)
}

async function openDumps ({ clock, log }: Context, dump: DumpConfig, { store, disks }: Pick<Parts, 'store' | 'disks'>, { tally, metrics, meter }: Counters): Promise<DumpLoop> {
  const folder = await DumpFolder.open(dump.folder)
  await folder.removeStale(clock.now())

  return new DumpLoop({
    dump: new RecordDump({ store, folder, clock, log, isDiskLow: () => disks.low('dumps') !== undefined }, dump),
    clock,
    log,
    isDumper: () => isDumper(meter),
    onDump: (content, result) => {
      tally.dumped(content, result)
      metrics.dumped(content, result)
    }
  })
}
