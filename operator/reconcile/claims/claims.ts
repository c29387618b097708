// What a PeerProbe holds against others: not what it names, which anybody can write down, but what was verified: its topics
// and its database answered to its own users when it was prepared. The operator records it, in the status, which
// authors of PeerProbes may not write, before anything that uses it is started.
import { z } from 'zod'
import { statusField } from '../observe/strimzi-status.ts'
import { brokerKeys, hostKey, strimziKey } from './server-address.ts'
import type { ClusterProbe } from '../../model/probe/cluster-probe.ts'
import type { KubeObject } from '../../runtime/kube-object.ts'

const Held = z.object({ name: z.string(), since: z.string() })

// Each name of a Kafka by itself: who adds another one to his list later has not had that one all the time.
/** What was verified, and since when. Names of servers are those that `server-address.ts` makes of them. */
const Claim = z.object({ kafka: z.record(z.string(), z.string()), topic: Held, group: Held, database: Held })

/** {@inheritDoc Claim} */
export type Claim = z.output<typeof Claim>

/** Something that one PeerProbe can hold. */
export type ClaimPart = 'topic' | 'group' | 'database'

/** A PeerProbe as far as it can be in another one's way. */
export interface Claimant {
  name: string
  namespace: string
  uid: string
  spec: Partial<ClusterProbe['spec']>

  /** One text for all names of its database. */
  database: string

  /** What its Kafka is known by, as far as it names it. */
  kafka: readonly string[]

  /** What of it was verified, and is still named, with the time. */
  verified: ReadonlyMap<string, string>

  /** When it was verified, RFC 3339, of what it still names. */
  since: Partial<Record<ClaimPart, string>>
}

/** The claim that a status holds. One from before there were claims, of a PeerProbe that was prepared, holds what it names since it was made. */
export function recordedClaim (object: KubeObject): Claim | undefined {
  const { success, data } = Claim.safeParse(statusField(object, 'claim'))

  if (success || statusField(object, 'prepared') === undefined) {
    return data
  }

  return claimFor({ spec: specOf(object), kafka: kafkaKeys(object), database: databaseKey(object) }, undefined, object.metadata.creationTimestamp ?? '')
}

/** Claim on all that a PeerProbe names, verified now; what it held before it holds since then. */
export function claimFor ({ spec, kafka, database }: Pick<Claimant, 'spec' | 'kafka' | 'database'>, before: Claim | undefined, now: string): Claim {
  const earlier = before?.kafka ?? {}
  const isSameKafka = kafka.some(key => Object.hasOwn(earlier, key))
  const held = (part: ClaimPart, name: string): Claim[ClaimPart] => {
    const old = part === 'database' || isSameKafka ? before?.[part] : undefined

    return { name, since: old?.name === name ? old.since : now }
  }

  const [topic, group] = [String(spec.kafka?.topic.name), String(spec.kafka?.consumerGroup)]

  return { kafka: Object.fromEntries(kafka.map(key => [key, earlier[key] ?? now])), topic: held('topic', topic), group: held('group', group), database: held('database', database) }
}

/** A PeerProbe with what it holds. What it named before and names no more it holds no more. */
export function claimantOf (object: KubeObject, claim = recordedClaim(object), bootstrapServers: readonly string[] = []): Claimant {
  const { metadata: { name, namespace = '', uid = '' } } = object
  const spec = specOf(object)
  const kafka = kafkaKeys(object, bootstrapServers)
  const database = databaseKey(object)
  const verified = new Map(Object.entries(claim?.kafka ?? {}).filter(([key]) => kafka.includes(key)))
  const still = (part: ClaimPart, named: unknown): Claimant['since'] =>
    claim?.[part].name === named && (part === 'database' || verified.size > 0) ? { [part]: claim?.[part].since } : {}

  return {
    name,
    namespace,
    uid,
    spec,
    database,
    kafka,
    verified,
    since: { ...still('topic', spec.kafka?.topic.name), ...still('group', spec.kafka?.consumerGroup), ...still('database', database) }
  }
}

function databaseKey (object: KubeObject): string {
  const { mysql } = specOf(object)

  return `${hostKey(String(mysql?.host), object.metadata.namespace ?? '')}:${String(mysql?.port)}/${String(mysql?.database)}`
}

function specOf (object: KubeObject): Claimant['spec'] {
  return object['spec'] ?? {}
}

// Where Strimzi runs it, clients may know it by the addresses of its listeners.
function kafkaKeys (object: KubeObject, known: readonly string[] = []): string[] {
  const { strimzi, brokers = [] } = specOf(object).kafka ?? {}
  const { namespace = '' } = object.metadata
  const own = strimzi === undefined ? [] : [strimziKey(strimzi.namespace ?? namespace, strimzi.cluster)]
  const servers = [...brokers, ...known, ...strimzi === undefined ? [] : listenersOf(object)]

  return [...new Set([...own, ...servers.flatMap(server => brokerKeys(server, namespace))])].sort()
}

function listenersOf (object: KubeObject): string[] {
  return (statusField(object, 'kafka') as { bootstrapServers?: string } | undefined)?.bootstrapServers?.split(',') ?? []
}
