import { defined } from '../../../core/defined.ts'

/** The image with the program that dumps the database. */
export interface BackupImage {
  image: string

  /** The program, by its name in the image's PATH. */
  program: string
}

/**
 * For backups, where the operator's settings give no other image: MariaDB's program logs in to MySQL as well. Since
 * version 9, MySQL's has no plugin for accounts of MariaDB.
 */
export const DEFAULT_BACKUP: BackupImage = { image: 'docker.io/library/mariadb:11.8', program: 'mariadb-dump' }

/** The images of pods, and how nodes get them. */
export interface Images {
  /** Of crawlers, consumers and jobs. */
  workload: string

  /** For backups. @default none: a PeerProbe that asks for backups is refused */
  backup?: BackupImage

  /** Secrets of the PeerProbe's own namespace that let nodes pull it. @default none */
  pullSecrets?: readonly string[]

  /** When nodes pull it. @default the choice of Kubernetes, by the tag of the image */
  pullPolicy?: string
}

/** The same without empty fields. Writing out the default of Kubernetes would change the pod template and restart running pods. */
export function terse ({ workload, pullSecrets = [], pullPolicy }: Images): Omit<Images, 'backup'> {
  return {
    workload,
    ...defined({
      pullSecrets: pullSecrets.length === 0 ? undefined : pullSecrets,
      pullPolicy: tersePolicy(workload, pullPolicy)
    })
  }
}

/** When nodes pull an image, if that is not the choice of Kubernetes. */
export function tersePolicy (image: string, pullPolicy: string | undefined): string | undefined {
  return pullPolicy === (isMoving(image) ? 'Always' : 'IfNotPresent') ? undefined : pullPolicy
}

function isMoving (image: string): boolean {
  const [name = '', digest] = image.split('@')

  return digest === undefined && (/:([^:/]+)$/.exec(name)?.[1] ?? 'latest') === 'latest'
}
