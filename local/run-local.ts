import { join } from 'node:path'
import { openStore } from '../consumer/store/open-store.ts'
import { openBus } from '../core/bus/open-bus.ts'
import { defined } from '../core/defined.ts'
import { errorText, isProbeError } from '../core/errors.ts'
import { createLogger } from '../core/process/logger.ts'
import { systemClock } from '../core/time/clock.ts'
import { PeerProbe } from '../operator/api/v1alpha1.ts'
import { embeddedBackends, backendsFor } from './backends.ts'
import { backupReport } from './backup/backup-report.ts'
import { BackupWatch } from './backup/backup-watch.ts'
import { devnetManifest } from './devnet/devnet-manifest.ts'
import { GoDevnetProcess } from './devnet/go/go-devnet-process.ts'
import { devnetTruthOf } from './devnet/go/go-truth.ts'
import { DevnetProcess } from './devnet/spawn.ts'
import { openDataFolder } from './files/data-folder.ts'
import { newestDump } from './files/newest-dump.ts'
import { areTablesRead } from './files/pending-tables.ts'
import { placeFolderOf } from './files/place-folder.ts'
import { refuseSecretsInside, SecretFiles } from './files/secret-files.ts'
import { followRun } from './follow-run.ts'
import { parseManifest, readManifest } from './manifest.ts'
import { networkManifest } from './manifest/network-manifest.ts'
import { checkListenAddress, practicePort, withOwnPorts } from './passive-ports.ts'
import { planFor } from './plan.ts'
import { Processes } from './processes.ts'
import type { CrawlSpan } from '../consumer/store/model/found-by.ts'
import type { EventBus } from '../core/bus/port/event-bus.ts'
import type { Crawl } from '../core/contracts/crawl.ts'
import type { Backends } from './backends.ts'
import type { DevnetTruth } from './devnet/truth.ts'
import type { DataFolder } from './files/data-folder.ts'
import type { CrawlFindings } from './follow-run.ts'
import type { Manifest } from './manifest.ts'
import type { LocalOptions } from './options.ts'
import type { LocalPlan } from './plan.ts'
import type { ProgressView } from './progress-view.ts'
import type { RunResult, ScanResult } from './result.ts'

const HOME = '.peerprobe'

// The practice network is only for this machine.
const LOOPBACK = '127.0.0.1'

const PASSIVE_WINDOW_S = 600

// With the waits between them (1, 2, 4 and 8 s), a passing failure is over by then.
const FAILED_STARTS = 5

// The runner itself logs nothing: it prints its messages for the user.
const log = createLogger({ level: 'silent' })

interface Run { probe: PeerProbe, plan: LocalPlan, folder: DataFolder, devnet: DevnetTruth | undefined }

/** The crawlers' assessments of their last crawls, by scan: the database has the results but no assessment. */
type Findings = Map<string, CrawlFindings & { crawlId: number }>

interface FollowedRun extends Run { findings: Findings, backups: BackupWatch }

/** Output of a run. */
export interface RunDeps {
  view: ProgressView

  /** Called for each crawl that ends while the run goes on; not for the last crawl of a run that stops by itself. */
  onResult: (result: RunResult) => void
}

/**
 * Runs a PeerProbe on this machine until its options end it or `signal` aborts, and stops
 * everything in order: crawlers flush, consumers store and dump.
 *
 * @throws ProbeError when the manifest, the devnet or the network is the cause
 */
export async function runLocal (asked: LocalOptions, deps: RunDeps, signal: AbortSignal): Promise<RunResult> {
  const options = { ...asked, ...defined({ placesDir: placeFolderOf(asked.placesDir) }) }
  await using stack = new AsyncDisposableStack()
  const run = await prepare(options, deps.view, stack, signal)
  const followed = {
    ...run,
    findings: new Map(),
    backups: new BackupWatch((line) => {
      deps.view.say(line)
    }, systemClock.now())
  }
  await runProcesses(followed, options, deps, signal)

  return await readResult(followed)
}

// The devnet of a run without a manifest is new each time: files of an earlier run contain peers that no longer exist.
async function prepare (options: LocalOptions, view: ProgressView, stack: AsyncDisposableStack, signal: AbortSignal): Promise<Run> {
  if (options.manifestPath !== undefined || options.network !== undefined) {
    const { probe, secrets, replaced, unused } = await manifestOf(options)
    const folder = stack.use(openDataFolder(options.dataDir ?? join(HOME, probe.metadata.name), { empty: false }))

    if (replaced.length > 0) {
      view.say(`embedded parts replace ${replaced.join(', ')}`)
    }
    unused.forEach((line) => {
      view.say(line)
    })

    const { embedded, secretsDir: dir, logMaxBytes } = options
    refuseSecretsInside(dir, folder.path)
    const ownSecrets = new SecretFiles({ secrets, dir, makeFolder: folder.makePrivateFolder })
    const backends = backendsFor(probe.spec, { folder, embedded, secrets: ownSecrets, logMaxBytes })

    return { ...await withPlan(probe, backends, folder, { ...options, view }), folder, devnet: undefined }
  }

  const folder = stack.use(openDataFolder(options.dataDir ?? join(HOME, 'devnet'), { empty: options.dataDir === undefined }))
  const port = await practicePort(LOOPBACK)
  const devnet = await openDevnet(options, { view, port, stack }, signal)
  const probe = PeerProbe.parse(devnetManifest(devnet, port))

  view.say(`${String(devnet.peers.length)} peers: ${String(devnet.contactable)} that answer, ${dialIns(devnet)}the others dead in several ways`)
  return { probe, plan: planFor(probe, embeddedBackends(folder, options.logMaxBytes), folder, { ...options, listen: LOOPBACK }), folder, devnet }
}

async function manifestOf (options: LocalOptions): Promise<Manifest> {
  return options.network === undefined
    ? await readManifest(options.manifestPath ?? '', options)
    : parseManifest(JSON.stringify(networkManifest(options.network)), '--network and --bootstrap', options)
}

async function withPlan (asked: PeerProbe, backends: Backends, folder: DataFolder, { listen: wanted, minFreeBytes, backupsDir, placesDir, view }: Pick<LocalOptions, 'listen' | 'minFreeBytes' | 'backupsDir' | 'placesDir'> & { view: ProgressView }): Promise<Pick<Run, 'probe' | 'plan'>> {
  const listen = asked.spec.scans.some(({ passive }) => passive.enabled) ? await checkListenAddress(wanted) : wanted
  const { probe, moved } = await withOwnPorts(asked, listen)

  for (const { scan, port } of moved) {
    view.say(`${scan}: the default port of the passive node is taken; it listens on ${String(port)}`)
  }

  return { probe, plan: planFor(probe, backends, folder, { listen, ...defined({ minFreeBytes, backupsDir, placesDir }) }) }
}

function dialIns ({ peers }: DevnetTruth): string {
  const { length } = peers.filter(({ role }) => role === 'dials-in')

  return length === 0 ? '' : `${String(length)} that only dial in, `
}

interface DevnetParts { view: ProgressView, port: number, stack: AsyncDisposableStack }

async function openDevnet ({ devnet }: LocalOptions, { view, port, stack }: DevnetParts, signal: AbortSignal): Promise<DevnetTruth> {
  if (devnet === 'go') {
    view.say('starting a practice network of real go-libp2p hosts on this machine; building it the first time takes minutes')
    return devnetTruthOf(stack.use(await GoDevnetProcess.open({}, signal)).truth)
  }

  view.say('starting a practice network of real libp2p peers on this machine')
  return stack.use(await DevnetProcess.open({ dialInPort: port }, signal)).truth
}

async function runProcesses ({ plan, folder, ...run }: FollowedRun, options: LocalOptions, { view, onResult }: RunDeps, signal: AbortSignal): Promise<void> {
  await using bus = await openBus(plan.backends.bus, { log, clock: systemClock }, signal)

  for (const topic of plan.topics) {
    await bus.ensureTopic(topic, signal)
  }
  await checkStore(plan.backends.store, view)

  await using processes = new Processes(plan, folder, {
    ...defined({ maxFailedStarts: options.once ? FAILED_STARTS : undefined }),
    onRestart: ({ name, cause, waitMs }) => {
      view.say(`${name} ended by ${cause}; it starts again in ${String(waitMs / 1_000)} s (log: ${join(folder.logFolder, `${name}.log`)})`)
    }
  })

  const { backup } = processes
  const edges = plan.children.flatMap(child => child.kind === 'consumer' ? [child.config.dump?.edges] : []).find(found => found !== undefined)

  await followRun({
    clock: systemClock,
    processes,
    view,
    isStored: async () => await lagOf(bus, plan, signal) === 0 && (edges === undefined || await areTablesRead(bus, edges, processes.consumers, signal)),
    ...defined({ onLook: backup === undefined ? undefined : async (lookSignal: AbortSignal) => { await run.backups.look(backup, lookSignal) } }),
    onCrawl: async (scanId, crawlId, findings) => {
      run.findings.set(scanId, { ...findings, crawlId })

      if (!options.once) {
        onResult(await readResult({ plan, folder, ...run }))
      }
    }
  }, options, signal)
  view.clear()
}

// A database that can never be used is reported before anything starts; consumers wait for one that is away.
async function checkStore (config: Backends['store'], view: ProgressView): Promise<void> {
  try {
    await using store = await openStore(config, { clock: systemClock }, { coalesceWindowMs: 0 })
    await store.migrate()
  } catch (err) {
    if (!isProbeError(err) || !err.retryable || config.sqlite !== undefined) {
      throw err
    }
    view.say(`${errorText(err)} (${err.code}); results wait until it is available`)
  }
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

// A peer that stays is reported once in ten minutes.
function spanOf ({ crawlId, startedAt, finishedAt = startedAt }: Crawl): CrawlSpan {
  return { from: crawlId - PASSIVE_WINDOW_S, to: Date.parse(finishedAt) / 1_000 }
}

function saidOf ({ crawlId }: Crawl, said: (CrawlFindings & { crawlId: number }) | undefined): Pick<ScanResult, 'problem' | 'warning'> {
  const { problem, warning } = said?.crawlId === crawlId ? said : {}

  return { ...defined({ problem: problem ?? undefined, warning: warning ?? undefined }) }
}

/** Reads the last crawl of each scan from the database. A run that was stopped early may have none. */
async function readResult ({ plan, folder, devnet, findings, backups }: FollowedRun): Promise<RunResult> {
  await using store = await openStore(plan.backends.store, { clock: systemClock }, { coalesceWindowMs: 0 })
  await store.migrate()
  const scans: ScanResult[] = []

  for (const child of plan.children) {
    if (child.kind === 'crawler') {
      const { scanId, scan } = child.config
      const crawl = (await store.crawls(scanId, 10)).find(({ state }) => state === 'finished')

      if (crawl !== undefined) {
        const foundBy = scan.passive?.enabled === false ? {} : { foundBy: await store.foundBy(scanId, spanOf(crawl)) }
        scans.push({ scan: scan.name, crawl, ...foundBy, ...saidOf(crawl, findings.get(scanId)) })
      }
    }
  }

  return { scans, store: plan.backends.store, dump: newestDump(folder.dumpFolder), devnet, ...defined({ backup: await backupReport(plan.backup, backups) }) }
}
