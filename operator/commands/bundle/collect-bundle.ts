// The parts of a bundle, one after the other: what cannot be read is listed in it and keeps nothing else from it.
import { stringify } from 'yaml'
import { errorText, isProbeError } from '../../../core/errors.ts'
import { VERSION } from '../../../core/process/build-info.ts'
import { KINDS, monitoringKinds, strimziKinds } from '../../model/naming/kinds.ts'
import { NAMESPACE_LABEL, PROBE_LABEL } from '../../model/naming/labels.ts'
import { CONTAINER } from '../../model/pod/pod.ts'
import { probeReport } from '../status/probe-report.ts'
import { statusText } from '../status/status-text.ts'
import { eventsOf, warningsOf } from '../status/warnings.ts'
import { BUNDLED } from './bundle-reader.ts'
import { redactObject } from './redact-object.ts'
import { redactText } from './redact-text.ts'
import type { ClusterSpec } from '../../model/probe/cluster-probe.ts'
import type { KindRef, KubeObject } from '../../runtime/kube-object.ts'
import type { BundleArchive } from './bundle-archive.ts'
import type { BundleReader } from './bundle-reader.ts'

/** What is collected, and how. */
export interface BundleDeps {
  reader: BundleReader
  archive: Pick<BundleArchive, 'add' | 'missing'>
  nowMs: number

  /** Namespace of the operator, where it is known. */
  operatorNamespace: string | undefined

  /** Only log lines of the last so many seconds. */
  sinceSeconds: number
}

// Of one container. What it wrote before is of less use than that of another pod.
const MAX_LOG_BYTES = 2 * 1_048_576
const MAX_PREVIOUS_BYTES = 524_288
const MAX_ADMIN_BYTES = 2 * 1_048_576
const MAX_PODS = 64
const OPERATOR_LABEL = 'app.kubernetes.io/name=peerprobe-operator'
const OPERATOR_CONTAINER = 'operator'

/** Fills an archive with what a PeerProbe consists of, as far as it can be read before `signal` aborts. */
export async function collectBundle (deps: BundleDeps, probe: KubeObject, signal: AbortSignal): Promise<void> {
  const { archive, nowMs } = deps
  const { namespace = '', name } = probe.metadata
  const labelSelector = `${PROBE_LABEL}=${name}`
  const read = partReader(deps, signal)
  addObject(archive, 'objects', probe)

  const events = await read('events.yaml', async () => eventsOf(probe, await deps.reader.list(KINDS.event, { namespace }, signal)))
  archive.add('events.yaml', yamlOf(events ?? []))
  const warnings = warningsOf(probe, events?.filter(({ type }) => type === 'Warning') ?? null, nowMs)
  archive.add('status.txt', redactText(statusText(probeReport(probe, warnings, nowMs), nowMs)))
  const server = await read('versions.json', async () => await deps.reader.serverVersion(signal)) ?? null
  archive.add('versions.json', `${JSON.stringify({ plugin: VERSION, server }, undefined, 2)}\n`)

  for (const kind of BUNDLED) {
    const objects = await read(`objects/${kind.plural}`, async () => await deps.reader.list(kind, { namespace, labelSelector }, signal)) ?? []

    for (const object of objects) {
      addObject(archive, `objects/${kind.plural}`, object)
    }
    if (kind === KINDS.pod) {
      await collectPods(deps, { folder: 'pods', container: CONTAINER, pods: objects }, signal)
    }
  }

  await collectOptional(deps, probe, signal)
  await collectOperator(deps, signal)
}

// A reason in words in place of a part. What it may not read it does not read again under another name.
function partReader ({ archive }: BundleDeps, signal: AbortSignal): <T>(part: string, body: () => Promise<T>) => Promise<T | undefined> {
  return async (part, body) => {
    if (signal.aborted) {
      archive.missing.push({ part, reason: 'not read: the time was over (--timeout)' })
      return undefined
    }

    try {
      return await body()
    } catch (err) {
      // A kind that this cluster does not serve has no objects.
      if (isProbeError(err, 'PP_KUBE_NOT_FOUND') && part.startsWith('objects/')) {
        return undefined
      }

      archive.missing.push({ part, reason: redactText(errorText(err)) })
      return undefined
    }
  }
}

type Part = [file: string, read: () => Promise<string>]

interface Pods { folder: string, container: string, pods: readonly KubeObject[] }

async function collectPods (deps: BundleDeps, { folder, container, pods }: Pods, signal: AbortSignal): Promise<void> {
  const { reader, archive, sinceSeconds } = deps
  const read = partReader(deps, signal)

  for (const pod of pods.slice(0, MAX_PODS)) {
    const { metadata } = pod
    const at = `${folder}/${metadata.name}`
    const parts: Part[] = [
      ['log.txt', async () => await reader.log(metadata, { container, sinceSeconds, maxBytes: MAX_LOG_BYTES }, signal)],
      ['status.json', async () => await reader.admin(metadata, '/status', MAX_ADMIN_BYTES, signal)],
      ['metrics.txt', async () => await reader.admin(metadata, '/metrics', MAX_ADMIN_BYTES, signal)]
    ]

    if (restartsOf(pod, container) > 0) {
      parts.push(['log.previous.txt', async () => await reader.log(metadata, { container, previous: true, maxBytes: MAX_PREVIOUS_BYTES }, signal)])
    }

    for (const [file, body] of parts) {
      const content = await read(`${at}/${file}`, body)

      if (content !== undefined) {
        archive.add(`${at}/${file}`, redactText(content))
      }
    }
  }

  if (pods.length > MAX_PODS) {
    archive.missing.push({ part: folder, reason: `only the first ${String(MAX_PODS)} of ${String(pods.length)} pods` })
  }
}

function restartsOf (pod: KubeObject, container: string): number {
  const { containerStatuses = [] } = (pod['status'] ?? {}) as { containerStatuses?: { name: string, restartCount: number }[] }

  return containerStatuses.find(({ name }) => name === container)?.restartCount ?? 0
}

// What a cluster need not have.
async function collectOptional (deps: BundleDeps, probe: KubeObject, signal: AbortSignal): Promise<void> {
  const { reader, archive } = deps
  const { namespace = '', name } = probe.metadata
  const { kafka } = (probe['spec'] ?? {}) as Partial<ClusterSpec>
  const read = partReader(deps, signal)
  const labelSelector = `${PROBE_LABEL}=${name}`
  const list = async (kind: KindRef, where: { namespace: string, labelSelector: string }): Promise<KubeObject[]> =>
    await read(`objects/${kind.plural}`, async () => await reader.list(kind, where, signal)) ?? []
  const found = await list(monitoringKinds('v1').podMonitor, { namespace, labelSelector })

  if (kafka?.strimzi !== undefined) {
    const { kafkaTopic, kafkaUser } = strimziKinds('v1beta2')
    const place = kafka.strimzi.namespace ?? namespace
    const where = { namespace: place, labelSelector: place === namespace ? labelSelector : `${labelSelector},${NAMESPACE_LABEL}=${namespace}` }
    found.push(...await list(kafkaTopic, where), ...await list(kafkaUser, where))
  }

  for (const object of found) {
    addObject(archive, `objects/${object.kind.toLowerCase()}s`, object)
  }
}

async function collectOperator (deps: BundleDeps, signal: AbortSignal): Promise<void> {
  const { reader, archive, operatorNamespace } = deps
  const read = partReader(deps, signal)

  if (operatorNamespace === undefined) {
    archive.missing.push({ part: 'operator', reason: 'the status names no operator yet: give its namespace by --operator-namespace' })
    return
  }

  for (const kind of [KINDS.deployment, KINDS.pod]) {
    const where = { namespace: operatorNamespace, labelSelector: OPERATOR_LABEL }
    const objects = await read(`operator/${kind.plural}`, async () => await reader.list(kind, where, signal)) ?? []

    for (const object of objects) {
      addObject(archive, `operator/${kind.plural}`, object)
    }
    if (kind === KINDS.pod) {
      await collectPods(deps, { folder: 'operator', container: OPERATOR_CONTAINER, pods: objects }, signal)
    }
  }
}

function addObject (archive: BundleDeps['archive'], folder: string, object: KubeObject): void {
  archive.add(`${folder}/${object.metadata.name}.yaml`, yamlOf(object))
}

function yamlOf (value: unknown): string {
  return stringify(redactObject(value), { lineWidth: 0, aliasDuplicateObjects: false })
}
