import { hostname } from 'node:os'
import { Command, InvalidArgumentError, Option } from 'commander'
import { EVERY_ADDRESS } from '../core/admin/admin-server.ts'
import { defined } from '../core/defined.ts'
import { VERSION } from '../core/process/build-info.ts'
import { createLogger, LOG_LEVELS } from '../core/process/logger.ts'
import { createRegistry } from '../core/process/metrics.ts'
import { runProcess } from '../core/process/process.ts'
import { Progress } from '../core/process/progress.ts'
import { nonEmpty, wholeNumber } from '../core/text/option-text.ts'
import { systemClock } from '../core/time/clock.ts'
import { NamespaceName } from './api/references.ts'
import { DEFAULT_BACKUP } from './model/probe/images.ts'
import { runOperator } from './operator.ts'
import { parsePolicy, POLICY_VARIABLE } from './policy/cluster-policy.ts'
import { readScrapeFrom } from './scrape-from.ts'
import type { LoggerOptions } from '../core/process/logger.ts'
import type { NetworkPeer } from './model/probe/cluster-probe.ts'

interface Options {
  workloadImage: string
  backupImage: string
  backupProgram: string
  imagePullSecret: string[]
  imagePullPolicy?: string
  namespace?: string[]
  leaseNamespace: string
  leaseOwner?: string
  adminHost: string
  adminPort: number
  logLevel: LoggerOptions['level']
  podStatus: boolean
  secretConsent: boolean
  policy?: string
  scrapeFrom?: readonly NetworkPeer[]
}

const STOP_TIMEOUT_MS = 25_000

const options = new Command('peerprobe-operator')
  .description('Creates crawlers, consumers and what they need from PeerProbe resources.')
  .version(VERSION)
  .requiredOption('--workload-image <image>', 'image of crawlers, consumers and jobs', nonEmpty)
  .option('--backup-image <image>', 'image with the program that dumps databases; empty for none', DEFAULT_BACKUP.image)
  .option('--backup-program <name>', 'that program: mariadb-dump, or mysqldump', nonEmpty, DEFAULT_BACKUP.program)
  .option('--image-pull-secret <name>', 'Secret in the namespace of each PeerProbe that lets nodes pull the image; repeatable', (name: string, names: string[]) => [...names, nonEmpty(name)], [])
  .addOption(new Option('--image-pull-policy <policy>', 'when nodes pull the image').choices(['Always', 'IfNotPresent', 'Never']))
  .addOption(new Option('--namespace <name>', 'only PeerProbes of this namespace; repeatable, or several separated by commas').argParser(namespaces).env('WATCH_NAMESPACE'))
  .addOption(new Option('--lease-namespace <name>', 'namespace of the lease').argParser(nonEmpty).env('POD_NAMESPACE').default('default'))
  .option('--lease-owner <deployment>', 'Deployment in the namespace of the lease; the lease is deleted with it', nonEmpty)
  .addOption(new Option('--admin-host <addresses>', 'addresses of the admin server, separated by commas; :: for all, IPv4 and IPv6').argParser(nonEmpty).env('POD_IPS').default(EVERY_ADDRESS))
  .option('--admin-port <port>', 'port of the admin server; 0 takes any free one', wholeNumber(0, 65_535), 9_090)
  .addOption(new Option('--scrape-from <source>', 'who may reach the admin ports of pods, as JSON of a source in a NetworkPolicy; repeatable; everybody when absent').argParser(readScrapeFrom))
  .option('--no-secret-consent', 'use every Secret that a PeerProbe refers to, even one that does not allow it')
  .addOption(new Option('--policy <json>', 'what PeerProbes may ask for').env(POLICY_VARIABLE))
  .option('--no-pod-status', 'do not read the status of pods')
  .addOption(new Option('--log-level <level>', 'least severe level that is logged').choices(LOG_LEVELS).default('info'))
  .parse()
  .opts<Options>()

const log = createLogger({ level: options.logLevel, base: { component: 'operator' } })

await runProcess(async (signal) => {
  await runOperator({ log, clock: systemClock, registry: createRegistry('operator'), progress: new Progress({ clock: systemClock }) }, {
    images: {
      workload: options.workloadImage,
      pullSecrets: options.imagePullSecret,
      ...defined({
        pullPolicy: options.imagePullPolicy,
        backup: options.backupImage === '' ? undefined : { image: options.backupImage, program: options.backupProgram }
      })
    },
    namespaces: options.namespace ?? [],
    leaseNamespace: options.leaseNamespace,
    leaseOwner: options.leaseOwner,
    identity: `${process.env['POD_NAME'] ?? hostname()}-${String(process.pid)}`,
    admin: { host: options.adminHost, port: options.adminPort },
    readsPods: options.podStatus,
    secretsNeedConsent: options.secretConsent,
    policy: parsePolicy(options.policy),
    scrapers: options.scrapeFrom
  }, signal)
}, { log, stopTimeoutMs: STOP_TIMEOUT_MS })

// Watching an invalid name would never find anything.
function namespaces (text: string, before: readonly string[] = []): string[] {
  const names = nonEmpty(text).split(',').map(name => name.trim())
  const wrong = names.find(name => !NamespaceName.safeParse(name).success)

  if (wrong !== undefined) {
    throw new InvalidArgumentError(`${JSON.stringify(wrong)} is not a valid name of a namespace.`)
  }

  return [...new Set([...before, ...names])]
}
