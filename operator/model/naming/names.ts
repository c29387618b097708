import { DEAD_LETTER_SUFFIX } from '../../../core/contracts/dead-letter.ts'
import { textHash } from './text-hash.ts'

/** What identifies a PeerProbe in its cluster. */
export interface ProbeKey {
  namespace: string
  name: string
}

// Services and label values end at 63 characters; a probe's and a scan's name may have 40 each.
const MAX_NAME = 63

// What is left of a name of 253 characters.
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

/** Name of the job that prepares database and topics for what `hash` tells. */
export function prepareName ({ name }: ProbeKey, hash: string): string {
  return fit(`${name}-prepare-${hash.slice(0, 8)}`)
}

/** Name of the job that removes what is too old. A CronJob's name ends at 52 characters. */
export function retentionName ({ name }: ProbeKey): string {
  return `${name}-retention`
}

/** Name of the ServiceAccount of all pods of one PeerProbe. */
export function serviceAccountName ({ name }: ProbeKey): string {
  return `${name}-peerprobe`
}

/**
 * Name of the Kafka user of one PeerProbe, in Kafka's namespace. Where the PeerProbe's namespace has a hyphen, the name carries
 * a checksum of both parts: `a-b` and `c` would read like `a` and `b-c`.
 */
export function kafkaUserName (key: ProbeKey): string {
  const { namespace, name } = key

  return namespace.includes('-') ? `${`${namespace}-${name}-peerprobe`.slice(0, MAX_NAME - 17)}-${textHash(`${namespace}/${name}`)}` : earlierKafkaUserName(key)
}

/** Name that earlier releases gave each Kafka user. */
export function earlierKafkaUserName ({ namespace, name }: ProbeKey): string {
  return fit(`${namespace}-${name}-peerprobe`)
}

/**
 * Name of the lease by which one of several operators leads. Those that look after the same PeerProbes share it; those
 * that look after others do not wait for each other.
 *
 * @param watched namespaces that the operator looks after; all where there is none
 */
export function leaseName (watched: readonly string[] = []): string {
  // No name of a namespace has a dot.
  const names = [...watched].sort().join('.')

  return ['peerprobe-operator', ...names === '' ? [] : [names.length <= MAX_LEASE ? names : `${textHash(names)}.${String(watched.length)}`]].join('-')
}

/** Topic for the messages of `topic` that cannot be stored. */
export function deadLetterTopicOf (topic: string): string {
  return `${topic}${DEAD_LETTER_SUFFIX}`
}

// Two PeerProbes of one namespace may have names that read alike: scan `crawler-x` of `a`, and scan `x` of `a-crawler`; or scan
// `consumer` of `a`, and the consumers of `a-crawler`. Such a name carries a checksum of its parts, and so does one that looks as
// if it had one.
function nameOfScan ({ name }: ProbeKey, part: 'crawler' | 'identity', scan: string): string {
  const text = `${name}-${part}-${scan}`
  const isAmbiguous = `${name}-`.includes(`-${part}-`) || `-${scan}`.includes(`-${part}-`) || OTHER_ENDING.test(`-${scan}`)

  return fit(isAmbiguous ? `${text}-${textHash(`${name}/${scan}`)}` : text)
}

// What the names of other objects end in, and checksums.
const OTHER_ENDING = /-(?:consumer|retention|peerprobe|hash-key|prepare-[0-9a-f]{8}|[0-9a-f]{16})$/

// The checksum keeps two long names apart that begin alike.
function fit (name: string): string {
  return name.length <= MAX_NAME ? name : `${name.slice(0, MAX_NAME - 9)}-${checksum(name)}`
}

// FNV-1a, 32 bits: the model does no I/O, and nobody gains by making their own two names collide.
function checksum (text: string): string {
  let hash = 0x811c9dc5

  for (const char of text) {
    hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193) >>> 0
  }

  return hash.toString(16).padStart(8, '0')
}
