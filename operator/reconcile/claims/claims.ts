// What a PeerProbe reserves against others. Naming a topic or database in a manifest reserves nothing, since anybody can do
// that. A claim is made when it was verified: topics and database accepted the PeerProbe's own users during preparation.
// The operator records claims in the status, which authors of PeerProbes may not write, before it starts anything that uses
// them.
import { z } from 'zod'
import { statusField } from '../observe/strimzi-status.ts'
import { brokerKeys, hostKey, strimziKey } from './server-address.ts'
import type { ClusterProbe } from '../../model/probe/cluster-probe.ts'
import type { KubeObject } from '../../runtime/kube-object.ts'

const Held = z.object({ name: z.string(), since: z.string() })

// Each address of a Kafka has its own time: an address added to the list later was not held from the beginning.
/** What was verified, and since when. Names of servers are in the canonical form of `server-address.ts`. */
const Claim = z.object({ kafka: z.record(z.string(), z.string()), topic: Held, group: Held, database: Held })

/** {@inheritDoc Claim} */
export type Claim = z.output<typeof Claim>

/** A resource that one PeerProbe can hold. */
export type ClaimPart = 'topic' | 'group' | 'database'

/** The parts of a PeerProbe that can conflict with another PeerProbe. */
export interface Claimant {
  name: string
  namespace: string
  uid: string
  spec: Partial<ClusterProbe['spec']>

  /** Canonical name of its database. */
  database: string

  /** Canonical names of its Kafka. */
  kafka: readonly string[]

  /** The verified resources that the spec still uses, with the time. */
  verified: ReadonlyMap<string, string>

  /** When each resource that the spec still uses was verified, RFC 3339. */
  since: Partial<Record<ClaimPart, string>>
}

/** The claim in a status. A prepared PeerProbe whose status was written before claims existed holds everything in its spec since its creation. */
export function recordedClaim (object: KubeObject): Claim | undefined {
  const { success, data } = Claim.safeParse(statusField(object, 'claim'))

  if (success || statusField(object, 'prepared') === undefined) {
    return data
  }

  return claimFor({ spec: specOf(object), kafka: kafkaKeys(object), database: databaseKey(object) }, undefined, object.metadata.creationTimestamp ?? '')
}

/** Claim on everything in the spec of a PeerProbe, verified now. Resources that it already held keep their earlier time. */
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

/** A PeerProbe with what it holds. A resource that was removed from the spec is no longer held. */
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

// With Strimzi, clients may use the addresses of the listeners.
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
