import { CRAWL_REQUEST_FILE } from '../../core/contracts/crawl-request.ts'
import { deadLetterGroupOf } from '../../core/contracts/dead-letter.ts'
import { neighboursGroupOf } from '../../core/contracts/edges/neighbours.ts'
import { defined } from '../../core/defined.ts'
import { toMilliseconds } from '../../core/time/duration.ts'
import { crawlRequestsOf } from './crawl-now.ts'
import { topicsFor } from './kafka/topics.ts'
import { KINDS } from './naming/kinds.ts'
import { labelsFor, selectorFor } from './naming/labels.ts'
import { consumerName, crawlerName, prepareName, retentionName, serviceAccountName, sessionsName } from './naming/names.ts'
import { textHash } from './naming/text-hash.ts'
import { kafkaConfigFor, KAFKA_CA_FILE, storeConfigFor } from './pod/access.ts'
import { consumerConfigFor } from './pod/consumer-config.ts'
import { crawlerConfigFor } from './pod/crawler-config.ts'
import { exposedService, passivePorts } from './pod/expose.ts'
import { CONFIG_FOLDER, crawlerMounts, DUMP_FOLDER, IDENTITY_KEY, kafkaMounts, mysqlMounts, PLACES_FOLDER, SECRET_FOLDERS, STATE_FOLDER, TERMINATION_LOG } from './pod/mounts.ts'
import { ADMIN_PORT, POD_IPS, podTemplate } from './pod/pod.ts'
import { terse } from './probe/images.ts'
import { owned, ownedCronJob } from './probe/owned.ts'
import { resourcesFor } from './probe/pod-resources.ts'
import type { PrepareConfigInput, RetentionConfigInput, SessionsConfig } from '../../core/contracts/job-config.ts'
import type { ScanSpec } from '../api/scan-spec.ts'
import type { CrawlerPlaces } from './pod/crawler-config.ts'
import type { PassivePort } from './pod/expose.ts'
import type { Mount } from './pod/mounts.ts'
import type { PodPlan } from './pod/pod.ts'
import type { ClusterProbe, ModelInput } from './probe/cluster-probe.ts'
import type { Desired } from './probe/owned.ts'
import type { Resources } from './probe/pod-resources.ts'

// Only at the pod's own addresses: a pod may be attached to further networks, and a pod with hostNetwork shares all networks of its node.
const ADMIN = { hostVariable: POD_IPS, port: ADMIN_PORT }
const JOB_DEADLINE_SECONDS = 600

/** The consumers: their configuration and their Deployment. */
export function consumerObjects (probe: ClusterProbe, input: ModelInput): Desired[] {
  const { metadata, spec } = probe
  const name = consumerName(metadata)
  const { dump } = spec.consumer
  const config = {
    ...consumerConfigFor(spec, {
      bus: { kafka: kafkaConfigFor(spec, input.kafka) },
      store: storeConfigFor(spec),
      topic: spec.kafka.topic.name,
      group: spec.kafka.consumerGroup,
      admin: ADMIN,
      dumpFolder: DUMP_FOLDER
    }),
    terminationLog: TERMINATION_LOG
  }
  const labels = labelsFor(metadata, 'consumer')
  const dumps: Mount[] = dump.enabled && dump.volume !== undefined ? [{ name: 'dumps', path: DUMP_FOLDER, source: { claim: dump.volume.claim } }] : []
  const mounts = [...kafkaMounts(spec, input.kafka), ...mysqlMounts(spec), ...dumps]

  return [
    configMap(probe, { name, labels, config }, input),
    owned(KINDS.deployment, probe, name, {
      labels,
      spec: {
        replicas: spec.suspend ? 0 : spec.consumer.replicas,
        selector: { matchLabels: selectorFor(metadata, 'consumer') },
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
        template: template(probe, input, { name, labels, entry: 'consumer/main.ts', config, mounts, pod: spec.consumer.pod, probed: true })
      }
    })
  ]
}

/** The crawler of one scan: its configuration and its Deployment. */
export function crawlerObjects (probe: ClusterProbe, scan: ScanSpec, input: ModelInput): Desired[] {
  const { metadata, spec } = probe
  const name = crawlerName(metadata, scan.name)
  const placesFolder = spec.places === undefined ? undefined : PLACES_FOLDER
  const places = { bus: { kafka: kafkaConfigFor(spec, input.kafka) }, topic: spec.kafka.topic.name, admin: ADMIN, ...defined({ placesFolder }) }
  const crawlNowFile = `${CONFIG_FOLDER}/${CRAWL_REQUEST_FILE}`
  const config = { ...crawlerConfigFor(metadata, scan, { ...places, ...keptBy(scan) }), crawlNowFile, terminationLog: TERMINATION_LOG }
  const labels = labelsFor(metadata, 'crawler', scan.name)
  const mounts = [...kafkaMounts(spec, input.kafka), ...crawlerMounts(probe, scan)]

  return [
    configMap(probe, { name, labels, config, files: requestFile(probe, scan) }, input),
    owned(KINDS.deployment, probe, name, {
      labels,
      spec: {
        replicas: spec.suspend ? 0 : 1,
        selector: { matchLabels: selectorFor(metadata, 'crawler', scan.name) },
        // Two crawlers of one scan would count the same crawl twice.
        strategy: { type: 'Recreate' },
        template: template(probe, input, { name, labels, entry: 'crawler/main.ts', config, mounts, pod: scan.pod, probed: true, ports: passivePorts(scan) })
      }
    }),
    ...exposedService(probe, scan)
  ]
}

// The crawler polls this file, so it is not hashed: a request restarts no pod.
function requestFile ({ metadata, spec }: ClusterProbe, { name }: ScanSpec): Record<string, string> {
  const requestedAt = crawlRequestsOf(metadata, spec.scans).requestedAt.get(name)

  return requestedAt === undefined ? {} : { [CRAWL_REQUEST_FILE]: JSON.stringify({ requestedAt }) }
}

// Where a crawler finds the key of its passive node, and where it keeps its known peers.
function keptBy ({ passive, storage }: ScanSpec): Pick<CrawlerPlaces, 'passive' | 'stateFolder'> {
  return {
    ...defined({
      passive: passive.enabled ? { identityFile: `${SECRET_FOLDERS.identity}/${IDENTITY_KEY}` } : undefined,
      stateFolder: storage === undefined ? undefined : STATE_FOLDER
    })
  }
}

/**
 * The Job that migrates the database and creates or checks the topics. A Job cannot be changed, so its name contains
 * a hash of what it prepares and how it runs: a change creates another Job.
 */
export function prepareObjects (probe: ClusterProbe, input: ModelInput): Desired[] {
  const { metadata, spec } = probe
  const { messages, deadLetters, neighbours } = topicsFor(spec)
  const { consumerGroup } = spec.kafka
  const config: PrepareConfigInput = {
    bus: { kafka: kafkaConfigFor(spec, input.kafka) },
    store: storeConfigFor(spec),
    topics: [
      { ...messages, group: consumerGroup },
      { ...deadLetters, group: deadLetterGroupOf(consumerGroup) },
      ...neighbours === undefined ? [] : [{ ...neighbours, group: neighboursGroupOf(consumerGroup) }]
    ],
    // With Strimzi the topic operator creates them.
    createTopics: spec.kafka.strimzi === undefined,
    terminationLog: TERMINATION_LOG
  }
  const labels = labelsFor(metadata, 'prepare')
  const mounts = [...kafkaMounts(spec, input.kafka), ...mysqlMounts(spec)]
  const { pod } = spec.consumer
  const hash = textHash(JSON.stringify([config, terse(input.images), pod, resourcesOf({ labels, pod }, input), secretsOf(mounts, input)]))
  const name = prepareName(metadata, hash)

  return [
    configMap(probe, { name, labels, config }, input),
    owned(KINDS.job, probe, name, {
      labels,
      spec: {
        backoffLimit: 3,
        activeDeadlineSeconds: JOB_DEADLINE_SECONDS,
        template: template(probe, input, { name, labels, entry: 'consumer/jobs/prepare/main.ts', config, mounts, pod: spec.consumer.pod, probed: false })
      }
    })
  ]
}

/** The CronJob that removes old rows. */
export function retentionObjects (probe: ClusterProbe, input: ModelInput): Desired[] {
  const { metadata, spec } = probe
  const config: RetentionConfigInput = { store: storeConfigFor(spec), afterMs: toMilliseconds(spec.retention.after), terminationLog: TERMINATION_LOG }

  return databaseCronJob(probe, input, { name: retentionName(metadata), component: 'retention', schedule: spec.retention.schedule, config })
}

/** The CronJob that derives sessions, if they are wanted. */
export function sessionsObjects (probe: ClusterProbe, input: ModelInput): Desired[] {
  const { metadata, spec } = probe
  const { enabled, schedule, keep } = spec.sessions
  const config: SessionsConfig = { store: storeConfigFor(spec), keepMs: toMilliseconds(keep), terminationLog: TERMINATION_LOG }

  return enabled ? databaseCronJob(probe, input, { name: sessionsName(metadata), component: 'sessions', schedule, config }) : []
}

interface DatabaseJobPlan {
  name: string

  /** Also the folder of its entry point. */
  component: 'retention' | 'sessions'
  schedule: string
  config: unknown
}

function databaseCronJob (probe: ClusterProbe, input: ModelInput, { name, component, schedule, config }: DatabaseJobPlan): Desired[] {
  const { metadata, spec } = probe
  const labels = labelsFor(metadata, component)
  const entry = `consumer/jobs/${component}/main.ts`

  return [
    configMap(probe, { name, labels, config }, input),
    ownedCronJob(probe, { name, labels, schedule }, {
      backoffLimit: 2,
      template: template(probe, input, { name, labels, entry, config, mounts: mysqlMounts(spec), pod: spec.consumer.pod, probed: false })
    })
  ]
}

/** What differs between the pods of a PeerProbe. */
export interface TemplatePlan extends Pick<PodPlan, 'before' | 'env'> {
  name: string
  labels: Record<string, string>
  entry: string
  config: unknown
  mounts: readonly Mount[]
  pod: ClusterProbe['spec']['scans'][number]['pod'] | ClusterProbe['spec']['consumer']['pod']
  probed: boolean

  /** Ports besides the port of the admin server. */
  ports?: readonly PassivePort[]
}

/** The template of pods with a configuration and the Secrets that they mount. */
export function template ({ metadata }: ClusterProbe, input: ModelInput, plan: TemplatePlan): Record<string, unknown> {
  const { name, labels, entry, config, mounts, pod, probed, ports = [] } = plan

  return podTemplate({
    images: input.images,
    entry,
    serviceAccount: serviceAccountName(metadata),
    labels,
    configHash: textHash(JSON.stringify([config, input.kafka.caPem, secretsOf(mounts, input)])),
    mounts: [{ name: 'config', path: CONFIG_FOLDER, source: { configMap: name } }, ...mounts],
    resources: resourcesOf(plan, input),
    pod,
    restartPolicy: probed ? 'Always' : 'Never',
    probed,
    ports,
    ...defined({ before: plan.before, env: plan.env })
  })
}

// Jobs run the consumer's entry point once.
function resourcesOf ({ labels, pod }: Pick<TemplatePlan, 'labels' | 'pod'>, { resources: { crawler, consumer, max } }: ModelInput): Resources {
  return resourcesFor(pod.resources, labels['app.kubernetes.io/component'] === 'crawler' ? crawler : consumer, max)
}

function secretsOf (mounts: readonly Mount[], { secretHashes }: ModelInput): string[] {
  return mounts.flatMap(({ source }) => 'secret' in source ? [secretHashes[source.secret] ?? ''] : [])
}

type ConfigMapPlan = Pick<TemplatePlan, 'name' | 'labels' | 'config'> & { files?: Record<string, string> }

/** The ConfigMap with the configuration of a process. */
export function configMap (probe: ClusterProbe, { name, labels, config, files = {} }: ConfigMapPlan, { kafka: { caPem } }: ModelInput): Desired {
  const data = { 'process.json': `${JSON.stringify(config, undefined, 2)}\n`, ...defined({ [KAFKA_CA_FILE]: caPem }), ...files }

  return owned(KINDS.configMap, probe, name, { labels, data })
}
