import { join } from 'node:path'
import { openStore } from '../consumer/store/open-store.ts'
import { openBus } from '../core/bus/open-bus.ts'
import { systemClock } from '../core/clock.ts'
import { createLogger } from '../core/logger.ts'
import { PeerProbe } from '../operator/api/v1alpha1.ts'
import { openDataFolder } from './data-folder.ts'
import { devnetManifest } from './devnet/devnet-manifest.ts'
import { GoDevnetProcess } from './devnet/go/go-devnet-process.ts'
import { devnetTruthOf } from './devnet/go/go-truth.ts'
import { DevnetProcess } from './devnet/spawn.ts'
import { followRun } from './follow-run.ts'
import { readManifest } from './manifest.ts'
import { newestDump } from './newest-dump.ts'
import { embeddedPlaces, placesFor } from './places.ts'
import { planFor } from './plan.ts'
import { Processes } from './processes.ts'
import { SecretFiles } from './secret-files.ts'
import type { EventBus } from '../core/bus/event-bus.ts'
import type { Crawl } from '../core/contracts/crawl.ts'
import type { DataFolder } from './data-folder.ts'
import type { DevnetTruth } from './devnet/truth.ts'
import type { LocalOptions } from './options.ts'
import type { LocalPlan } from './plan.ts'
import type { ProgressView } from './progress-view.ts'
import type { RunResult } from './result.ts'

const HOME = '.peerprobe'

// The runner itself logs nothing: what it has to say, it says to the person.
const log = createLogger({ level: 'silent' })

interface Run { probe: PeerProbe, plan: LocalPlan, folder: DataFolder, devnet: DevnetTruth | undefined }

/** Where a run reports. */
export interface RunDeps {
  view: ProgressView

  /** Told of each crawl that ended while the run goes on; not of the last one of a run that stops by itself. */
  onResult: (result: RunResult) => void
}

/**
 * Runs a PeerProbe on this machine until the options say it is over or `signal` aborts, and stops
 * everything in order: crawlers flush, consumers store and dump.
 *
 * @throws ProbeError when the manifest, the devnet or the network is at fault
 */
export async function runLocal (options: LocalOptions, deps: RunDeps, signal: AbortSignal): Promise<RunResult> {
  await using stack = new AsyncDisposableStack()
  const run = await prepare(options, deps.view, stack, signal)
  await runProcesses(run, options, deps, signal)

  return await readResult(run)
}

// The devnet of a run without a manifest is new each time: what an earlier one left behind in its folder names peers that are gone.
async function prepare (options: LocalOptions, view: ProgressView, stack: AsyncDisposableStack, signal: AbortSignal): Promise<Run> {
  if (options.manifestPath !== undefined) {
    const { probe, secrets, replaced } = await readManifest(options.manifestPath, options)
    const folder = stack.use(openDataFolder(options.dataDir ?? join(HOME, probe.metadata.name), { empty: false }))

    if (replaced.length > 0) {
      view.say(`embedded parts stand for ${replaced.join(', ')}`)
    }
    const { embedded, secretsDir: dir } = options
    const places = placesFor(probe.spec, { folder, embedded, secrets: stack.use(new SecretFiles({ secrets, dir, folder: folder.secretFolder })) })

    return { probe, plan: planFor(probe, places, folder, options), folder, devnet: undefined }
  }

  const folder = stack.use(openDataFolder(options.dataDir ?? join(HOME, 'devnet'), { empty: options.dataDir === undefined }))
  const devnet = await openDevnet(options, view, stack, signal)
  const probe = PeerProbe.parse(devnetManifest(devnet))

  view.say(`${String(devnet.peers.length)} peers: ${String(devnet.contactable)} that answer, the others dead in several ways`)
  return { probe, plan: planFor(probe, embeddedPlaces(folder), folder, options), folder, devnet }
}

async function openDevnet ({ devnet }: LocalOptions, view: ProgressView, stack: AsyncDisposableStack, signal: AbortSignal): Promise<DevnetTruth> {
  if (devnet === 'go') {
    view.say('starting a practice network of real go-libp2p hosts on this machine; building it the first time takes minutes')
    return devnetTruthOf(stack.use(await GoDevnetProcess.open({}, signal)).truth)
  }

  view.say('starting a practice network of real libp2p peers on this machine')
  return stack.use(await DevnetProcess.open({}, signal)).truth
}

async function runProcesses ({ plan, folder, ...run }: Run, options: LocalOptions, { view, onResult }: RunDeps, signal: AbortSignal): Promise<void> {
  await using bus = await openBus(plan.places.bus, { log, clock: systemClock }, signal)

  for (const topic of plan.topics) {
    await bus.ensureTopic(topic, signal)
  }

  await using processes = new Processes(plan, folder, {
    onRestart: ({ name, cause, waitMs }) => {
      view.say(`${name} ended by ${cause}; it starts again in ${String(waitMs / 1_000)} s (log: ${join(folder.logFolder, `${name}.log`)})`)
    }
  })

  await followRun({
    processes,
    view,
    isStored: async () => await lagOf(bus, plan, signal) === 0,
    onCrawl: async () => {
      if (!options.once) {
        onResult(await readResult({ plan, folder, ...run }))
      }
    }
  }, options, signal)
  view.clear()
}

// All consumers are in one group and read one topic.
async function lagOf (bus: EventBus, { children }: LocalPlan, signal: AbortSignal): Promise<number> {
  const consumer = children.find(({ kind }) => kind === 'consumer')

  if (consumer?.kind !== 'consumer') {
    return 0
  }

  const lag = await bus.groupLag(consumer.config.topic, consumer.config.group, signal)
  return [...lag.values()].reduce((sum, n) => sum + n, 0)
}

/** Reads the last crawl of each scan from the database. A run that was stopped early may have none. */
async function readResult ({ plan, folder, devnet }: Run): Promise<RunResult> {
  await using store = await openStore(plan.places.store, { clock: systemClock }, { coalesceWindowMs: 0 })
  await store.migrate()
  const scans: { scan: string, crawl: Crawl }[] = []

  for (const child of plan.children) {
    if (child.kind === 'crawler') {
      const { scanId, scan } = child.config
      const crawl = (await store.crawls(scanId, 10)).find(({ state }) => state === 'finished')
      scans.push(...crawl === undefined ? [] : [{ scan: scan.name, crawl }])
    }
  }

  return { scans, store: plan.places.store, dump: newestDump(folder.dumpFolder), devnet }
}
