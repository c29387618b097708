import { comesAgain } from '../../core/time/cron-schedule.ts'
import { locate } from './problem.ts'
import type { Problem } from './problem.ts'

interface Refusal {
  path: readonly string[]

  /** Whether a value that the author wrote is refused. Defaults are not checked. */
  refuses: (value: unknown) => boolean

  message: string
}

const written = (value: unknown): boolean => value !== undefined
const isNoSchedule = (value: unknown): boolean => typeof value === 'string' && !comesAgain(value, Date.now())
const isTrue = (value: unknown): boolean => value === true

// What one machine cannot do (yet). All of it would otherwise be silently ignored.
const REFUSALS: readonly Refusal[] = [
  { path: ['spec', 'scans', '*', 'passive', 'expose', 'type'], refuses: value => value !== 'None', message: 'not supported on one machine, which has no Services: leave it out' },
  { path: ['spec', 'scans', '*', 'storage'], refuses: written, message: 'not supported on one machine: leave it out' },
  { path: ['spec', 'scans', '*', 'pod'], refuses: written, message: 'not supported on one machine, which has no pods: leave it out' },
  { path: ['spec', 'consumer', 'replicas'], refuses: value => typeof value === 'number' && (value < 1 || value > 4), message: 'must be 1 to 4 on one machine' },
  { path: ['spec', 'consumer', 'dump', 'volume'], refuses: written, message: 'not supported on one machine: leave it out, the files go to the data folder' },
  { path: ['spec', 'consumer', 'pod'], refuses: written, message: 'not supported on one machine, which has no pods: leave it out' },
  { path: ['spec', 'sessions', 'schedule'], refuses: written, message: 'not supported on one machine: leave it out, sessions are derived once an hour' },
  { path: ['spec', 'retention', 'schedule'], refuses: written, message: 'not supported on one machine: leave it out, old rows are removed once a day' },
  { path: ['spec', 'backup', 'volume'], refuses: written, message: 'not supported on one machine: leave it out, backups go to the data folder, or to that of --backups' },
  { path: ['spec', 'backup', 'schedule'], refuses: isNoSchedule, message: 'never comes, or has a range that ends before it begins: give a schedule such as "0 2 * * *"' },
  { path: ['spec', 'suspend'], refuses: isTrue, message: 'not supported on one machine: leave it out, or do not start it' }
]

// A Kafka given by its brokers and a database are used directly, unless embedded parts replace them.
const EXTERNAL: readonly Refusal[] = [
  { path: ['spec', 'kafka', 'strimzi'], refuses: written, message: 'not supported on one machine, which has no Kubernetes: give brokers, or start with --embedded' },
  { path: ['spec', 'kafka', 'topic', 'deletionPolicy'], refuses: value => value === 'Delete', message: 'not supported on one machine, which leaves topics alone: leave it out' }
]

// --places gives their folder here.
const PLACES: Refusal = { path: ['spec', 'places'], refuses: written, message: 'not supported on one machine, which has no claims: start with --places DIR, the folder of the files' }

/** What a manifest asks for and one machine cannot do yet, each with its field. */
export function unsupported (manifest: unknown, { embedded, hasPlaces = false }: { embedded: boolean, hasPlaces?: boolean }): Problem[] {
  return [...REFUSALS, ...(embedded ? [] : EXTERNAL), ...(hasPlaces ? [] : [PLACES])].flatMap(({ path, refuses, message }) =>
    locate(manifest, path).filter(({ value }) => refuses(value)).map(found => ({ path: found.path, message })))
}

// These fields mean the same for the embedded log.
const KEPT_OF_KAFKA: readonly PropertyKey[] = ['topic', 'consumerGroup']
const REPLACED_OF_TOPIC: readonly string[] = ['replicas', 'deletionPolicy']

/** The fields written by the author that `--embedded` replaces. */
export function replacedByEmbedded (manifest: unknown): (readonly PropertyKey[])[] {
  const kafka = locate(manifest, ['spec', 'kafka']).flatMap(({ value }) => Object.keys(value as object))

  return [
    ...kafka.filter(key => !KEPT_OF_KAFKA.includes(key)).map(key => ['spec', 'kafka', key]),
    ...REPLACED_OF_TOPIC.flatMap(key => locate(manifest, ['spec', 'kafka', 'topic', key])).map(({ path }) => path),
    ...locate(manifest, ['spec', 'mysql']).map(({ path }) => path)
  ]
}
