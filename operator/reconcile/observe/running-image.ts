import { defined } from '../../../core/defined.ts'
import type { BackupImage, Images } from '../../model/probe/images.ts'
import type { KubeObject } from '../../runtime/kube-object.ts'

interface Template {
  spec?: {
    initContainers?: { image?: string, command?: string[] }[]
    containers?: { image?: string, imagePullPolicy?: string }[]
    imagePullSecrets?: { name: string }[]
  }
}

/** Image of a Deployment's first container. */
export function imageOf (deployment: KubeObject | undefined): string | undefined {
  return imagesOf(deployment)?.workload
}

/** The image and how nodes pull it; undefined without a Deployment. */
export function imagesOf (deployment: KubeObject | undefined): Images | undefined {
  const { containers = [], imagePullSecrets = [] } = ((deployment?.['spec'] ?? {}) as { template?: Template }).template?.spec ?? {}
  const { image, imagePullPolicy: pullPolicy } = containers[0] ?? {}
  const pullSecrets = imagePullSecrets.map(({ name }) => name)

  return image === undefined ? undefined : { workload: image, pullSecrets, ...defined({ pullPolicy }) }
}

/** The image for backups in a CronJob that makes them. */
export function backupImageOf (cronJob: KubeObject | undefined): BackupImage | undefined {
  const { jobTemplate = {} } = (cronJob?.['spec'] ?? {}) as { jobTemplate?: { spec?: { template?: Template } } }
  const containers = jobTemplate.spec?.template?.spec?.initContainers ?? []

  return containers.flatMap(({ image, command: [program] = [] }) => image === undefined || program === undefined ? [] : [{ image, program }])[0]
}
