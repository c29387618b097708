import { defined } from '../../../core/defined.ts'

/** The image of crawlers, consumers and jobs, and how nodes get it. */
export interface Images {
  workload: string

  /** Secrets of the PeerProbe's own namespace that let nodes pull it. @default none */
  pullSecrets?: readonly string[]

  /** When nodes pull it. @default the choice of Kubernetes, by the tag of the image */
  pullPolicy?: string
}

/** The same without empty fields. Writing out the default of Kubernetes would change the pod template and restart running pods. */
export function terse ({ workload, pullSecrets = [], pullPolicy }: Images): Images {
  const chosen = isMoving(workload) ? 'Always' : 'IfNotPresent'

  return {
    workload,
    ...defined({
      pullSecrets: pullSecrets.length === 0 ? undefined : pullSecrets,
      pullPolicy: pullPolicy === undefined || pullPolicy === chosen ? undefined : pullPolicy
    })
  }
}

function isMoving (image: string): boolean {
  const [name = '', digest] = image.split('@')

  return digest === undefined && (/:([^:/]+)$/.exec(name)?.[1] ?? 'latest') === 'latest'
}
