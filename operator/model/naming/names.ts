import { DEAD_LETTER_SUFFIX } from '../../../core/contracts/dead-letter.ts'
import { NEIGHBOURS_SUFFIX } from '../../../core/contracts/edges/neighbours.ts'
import { textHash } from './text-hash.ts'

/** What identifies a PeerProbe in its cluster. */
export interface ProbeKey {
  namespace: string
  name: string
}

// Names of Services and label values have at most 63 characters; the names of a PeerProbe and of a scan may have 40 each.
const MAX_NAME = 63

// What remains of a name of 253 characters.
const MAX_LEASE = 200

/** The identity of a scan in messages. */
export function scanIdOf ({ namespace, name }: ProbeKey, scan: string): string {
  return `${namespace}/${name}/${scan}`
}

/** Name of the crawler of one scan. */
export function crawlerName (probe: ProbeKey, scan: string): string {
  return nameOfScan(probe, 'crawler', scan)
}

/** Name of the Secret with the key of a scan's passive node. */
export function identityName (probe: ProbeKey, scan: string): string {
  return nameOfScan(probe, 'identity', scan)
}

/** Name of the Secret with the key of the hashes over its Secrets. */
export function hashKeyName ({ name }: ProbeKey): string {
  return `${name}-hash-key`
}

/** Name of the consumers. */
export function consumerName ({ name }: ProbeKey): string {
  return fit(`${name}-consumer`)
}

/** Name of the Job that prepares database and topics for the settings behind `hash`. */
export function prepareName ({ name }: ProbeKey, hash: string): string {
  return fit(`${name}-prepare-${hash.slice(0, 8)}`)
}

/** Name of the CronJob that removes old rows. A CronJob's name has at most 52 characters. */
export function retentionName ({ name }: ProbeKey): string {
  return `${name}-retention`
}

/** Name of the CronJob that derives sessions. A CronJob's name has at most 52 characters. */
export function sessionsName ({ name }: ProbeKey): string {
  return `${name}-sessions`
}

/** Name of the CronJob that makes backups. A CronJob's name has at most 52 characters. */
export function backupName ({ name }: ProbeKey): string {
  return `${name}-backup`
}

/** Name of the ConfigMap of the backups. With its dot it is no name that a scan could give to a crawler's. */
export function backupConfigName ({ name }: ProbeKey): string {
  return `${name}.backup`
}

/** Name of the ServiceAccount of all pods of one PeerProbe. */
export function serviceAccountName ({ name }: ProbeKey): string {
  return `${name}-peerprobe`
}

/**
 * Name of the Kafka user of one PeerProbe, in Kafka's namespace. If the PeerProbe's namespace contains a hyphen, the name ends
 * with a checksum of both parts: otherwise `a-b` and `c` would give the same name as `a` and `b-c`.
 */
export function kafkaUserName (key: ProbeKey): string {
  const { namespace, name } = key

  return namespace.includes('-') ? `${`${namespace}-${name}-peerprobe`.slice(0, MAX_NAME - 17)}-${textHash(`${namespace}/${name}`)}` : earlierKafkaUserName(key)
}

/** Name of the Kafka user in earlier releases. */
export function earlierKafkaUserName ({ namespace, name }: ProbeKey): string {
  return fit(`${namespace}-${name}-peerprobe`)
}

/**
 * Name of the lease that elects one of several operators. Operators that manage the same PeerProbes share a lease;
 * operators of other namespaces do not wait for each other.
 *
 * @param watched namespaces that the operator watches; empty for all
 */
export function leaseName (watched: readonly string[] = []): string {
  // The name of a namespace contains no dot.
  const names = [...watched].sort().join('.')

  return ['peerprobe-operator', ...names === '' ? [] : [names.length <= MAX_LEASE ? names : `${textHash(names)}.${String(watched.length)}`]].join('-')
}

/** Topic for the messages of `topic` that cannot be stored. */
export function deadLetterTopicOf (topic: string): string {
  return `${topic}${DEAD_LETTER_SUFFIX}`
}

/** Topic for the routing tables that crawls of `topic` read. */
export function neighboursTopicOf (topic: string): string {
  return `${topic}${NEIGHBOURS_SUFFIX}`
}

// The parts of two PeerProbes of one namespace may join to the same name: scan `crawler-x` of `a` and scan `x` of `a-crawler`, or
// scan `consumer` of `a` and the consumers of `a-crawler`. Such a name gets a checksum of its parts, and so does a name that
// looks as if it already had one.
function nameOfScan ({ name }: ProbeKey, part: 'crawler' | 'identity', scan: string): string {
  const text = `${name}-${part}-${scan}`
  const isAmbiguous = `${name}-`.includes(`-${part}-`) || `-${scan}`.includes(`-${part}-`) || OTHER_ENDING.test(`-${scan}`)

  return fit(isAmbiguous ? `${text}-${textHash(`${name}/${scan}`)}` : text)
}

// Endings of the names of other objects, and checksums.
const OTHER_ENDING = /-(?:consumer|retention|sessions|peerprobe|hash-key|prepare-[0-9a-f]{8}|[0-9a-f]{16})$/

// The checksum distinguishes two long names with the same beginning.
function fit (name: string): string {
  return name.length <= MAX_NAME ? name : `${name.slice(0, MAX_NAME - 9)}-${checksum(name)}`
}

// FNV-1a, 32 bits: the model does no I/O, and an author gains nothing by making two of his own names collide.
function checksum (text: string): string {
  let hash = 0x811c9dc5

  for (const char of text) {
    hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193) >>> 0
  }

  return hash.toString(16).padStart(8, '0')
}
