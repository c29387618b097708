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

/** Where the claim of a command is mounted. */
export const CLAIM_FOLDER = '/claim'

/** What a Job runs. */
export interface CommandRun {
  /** Of the command, such as `offsets`, `reset`, `--to-earliest`. */
  args: readonly string[]

  /** A claim that the command reads, at {@link CLAIM_FOLDER}. */
  claim?: string
}

const ENTRY = 'cli/main.ts'
const KEPT_SECONDS = 86_400

// What only a consumer needs: a command answers no probes and listens on no port.
const OF_CONSUMERS = ['args', 'ports', 'livenessProbe', 'readinessProbe', 'startupProbe']

/**
 * A Job that runs one of the consumer's commands from its Deployment, with the same configuration, Secrets and image. It is for
 * commands that need the consumers to be stopped, when there is no pod to run the command in. The Job is in no plan, so the
 * operator does not remove it; it expires after a day.
 *
 * @throws ProbeError `PP_CONFIG_INVALID` when the PeerProbe has no consumers to copy from
 */
export function commandJob (probe: ProbeKey, deployment: KubeObject | undefined, { args, claim }: CommandRun): NamelessJob {
  const { template } = (deployment?.['spec'] ?? {}) as { template?: Template }
  const [container] = template?.spec.containers ?? []

  if (template === undefined || container === undefined) {
    throw new ProbeError('PP_CONFIG_INVALID', `there is no Deployment ${probe.namespace}/${consumerName(probe)}: PeerProbe ${probe.name} has no consumers yet`)
  }

  const labels = labelsFor(probe, 'command')
  const kept = Object.fromEntries(Object.entries(container).filter(([field]) => !OF_CONSUMERS.includes(field)))
  const { mounts, volumes } = storageOf(template, container, claim)

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
          containers: [{ ...kept, args: [ENTRY, ...args], volumeMounts: mounts }],
          volumes
        }
      }
    }
  }
}

interface Storage { mounts: object[], volumes: object[] }

// Some claims can be mounted by only one node, and no command needs those of the consumers.
function storageOf ({ spec: { volumes = [] } }: Template, { volumeMounts = [] }: Container, claim: string | undefined): Storage {
  const claims = new Set(volumes.filter(volume => volume.persistentVolumeClaim !== undefined).map(({ name }) => name))
  const own = claim === undefined ? [] : [claimVolume(claim)]

  return {
    mounts: [...volumeMounts.filter(({ name }) => !claims.has(name)), ...own.map(({ mount }) => mount)],
    volumes: [...volumes.filter(({ name }) => !claims.has(name)), ...own.map(({ volume }) => volume)]
  }
}

// Only read: a command that goes wrong damages no backup.
function claimVolume (claimName: string): { volume: Volume, mount: object } {
  return {
    volume: { name: 'claim', persistentVolumeClaim: { claimName, readOnly: true } },
    mount: { name: 'claim', mountPath: CLAIM_FOLDER, readOnly: true }
  }
}
