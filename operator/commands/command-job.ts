import { ProbeError } from '../../core/errors.ts'
import { KINDS } from '../model/naming/kinds.ts'
import { labelsFor } from '../model/naming/labels.ts'
import { consumerName } from '../model/naming/names.ts'
import type { ProbeKey } from '../model/naming/names.ts'
import type { KubeObject } from '../runtime/kube-object.ts'

interface Volume { name: string, persistentVolumeClaim?: unknown }
interface Container { volumeMounts?: { name: string }[], [field: string]: unknown }
interface Template { metadata?: { annotations?: Record<string, string> }, spec: { containers: Container[], volumes?: Volume[], [field: string]: unknown } }

/** A Job without a name: the API server generates the name when the Job is created. */
export type NamelessJob = Omit<KubeObject, 'metadata'> & { metadata: { generateName: string, namespace: string, labels: Record<string, string> } }

const ENTRY = 'cli/main.ts'
const KEPT_SECONDS = 86_400

// What only a consumer needs: a command answers no probes and listens on no port.
const OF_CONSUMERS = ['args', 'ports', 'livenessProbe', 'readinessProbe', 'startupProbe']

/**
 * A Job that runs one of the consumer's commands from its Deployment, with the same configuration, Secrets and image. It is for
 * commands that need the consumers to be stopped, when there is no pod to run the command in. The Job is in no plan, so the
 * operator does not remove it; it expires after a day.
 *
 * @param args of the command, such as `offsets`, `reset`, `--to-earliest`
 * @throws ProbeError `PP_CONFIG_INVALID` when the PeerProbe has no consumers to copy from
 */
export function commandJob (probe: ProbeKey, deployment: KubeObject | undefined, args: readonly string[]): NamelessJob {
  const { template } = (deployment?.['spec'] ?? {}) as { template?: Template }
  const [container] = template?.spec.containers ?? []

  if (template === undefined || container === undefined) {
    throw new ProbeError('PP_CONFIG_INVALID', `there is no Deployment ${probe.namespace}/${consumerName(probe)}: PeerProbe ${probe.name} has no consumers yet`)
  }

  const labels = labelsFor(probe, 'command')
  // Some claims can be mounted by only one node, and no command writes files.
  const claims = new Set((template.spec.volumes ?? []).filter(volume => volume.persistentVolumeClaim !== undefined).map(({ name }) => name))
  const kept = Object.fromEntries(Object.entries(container).filter(([field]) => !OF_CONSUMERS.includes(field)))
  const volumeMounts = (container.volumeMounts ?? []).filter(({ name }) => !claims.has(name))

  return {
    apiVersion: KINDS.job.apiVersion,
    kind: KINDS.job.kind,
    metadata: { generateName: `${probe.name}-command-`, namespace: probe.namespace, labels },
    spec: {
      backoffLimit: 0,
      ttlSecondsAfterFinished: KEPT_SECONDS,
      template: {
        metadata: { labels },
        spec: {
          ...template.spec,
          restartPolicy: 'Never',
          containers: [{ ...kept, args: [ENTRY, ...args], volumeMounts }],
          volumes: (template.spec.volumes ?? []).filter(({ name }) => !claims.has(name))
        }
      }
    }
  }
}
