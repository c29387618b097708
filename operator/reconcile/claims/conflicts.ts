import { DEAD_LETTER_SUFFIX } from '../../../core/contracts/dead-letter.ts'
import { NEIGHBOURS_SUFFIX } from '../../../core/contracts/edges/neighbours.ts'
import { ProbeError } from '../../../core/errors.ts'
import type { Claimant, ClaimPart } from './claims.ts'

/** A resource that a PeerProbe may not use because another one holds it. */
interface Conflict { part: ClaimPart, field: string, message: string }

/**
 * Refuses what another PeerProbe holds: the same topic or consumer group on the same Kafka, whichever of its addresses is used, or the same
 * database with a different retention. An unverified PeerProbe holds nothing. Of two verified ones, the first holds the resource.
 *
 * @throws ProbeError `PP_OWNERSHIP_CONFLICT`, which names the other PeerProbe only within the same namespace; its `details.holder` is for
 *   the operator's log
 */
export function refuseConflicts (mine: Claimant, others: readonly Claimant[]): void {
  const holders = others.filter(({ uid, since }) => uid !== mine.uid && Object.keys(since).length > 0)
  const kafka = sameKafka(mine, holders)

  for (const holder of holders) {
    const conflict = conflictsOf(mine, holder, [...holder.verified.keys()].some(key => kafka.has(key))).find(({ part }) => isFirst(holder, mine, part))

    if (conflict !== undefined) {
      throw new ProbeError('PP_OWNERSHIP_CONFLICT', `${conflict.field}: ${nameFor(mine, holder)} ${conflict.message}`, { details: { holder: `${holder.namespace}/${holder.name}` } })
    }
  }
}

// Nothing of another namespace is mentioned: readers of this PeerProbe may lack the right to read the other one.
function nameFor (mine: Claimant, { namespace, name }: Claimant): string {
  return namespace === mine.namespace ? `PeerProbe ${name}` : 'a PeerProbe of another namespace (the operator\'s log names it)'
}

// Verified at the same instant: the smaller uid comes first, so that every comparison gives the same result.
function isFirst (holder: Claimant, mine: Claimant, part: ClaimPart): boolean {
  const verified = { ...holder, kafka: [...holder.verified.keys()] }
  const [theirs, ours] = [heldSince(verified, mine, part), heldSince(mine, verified, part)]

  return theirs < NEVER && (theirs === ours ? holder.uid < mine.uid : theirs < ours)
}

const NEVER = Number.MAX_SAFE_INTEGER

// A topic or group is held in one Kafka, since the latest of these times: the topic or group was verified, and so was a Kafka address
// that both use. If a third list connects the two, all addresses count.
function heldSince ({ since, verified, kafka }: Claimant, other: Claimant, part: ClaimPart): number {
  const shared = kafka.filter(key => other.kafka.includes(key))
  const times = part === 'database' ? [] : shared.length > 0 ? [Math.min(...shared.map(key => timeOf(verified.get(key))))] : kafka.map(key => timeOf(verified.get(key)))

  return Math.max(timeOf(since[part]), ...times)
}

// A missing or unreadable time is later than all others.
function timeOf (text: string | undefined): number {
  const time = Date.parse(text ?? '')

  return Number.isNaN(time) ? NEVER : time
}

// Overlapping lists of brokers mean the same Kafka, also through a third list. The third list must
// be verified: anybody can write two addresses side by side.
function sameKafka (mine: Claimant, holders: readonly Claimant[]): ReadonlySet<string> {
  const keys = new Set(mine.kafka)

  for (let before = 0; before < keys.size;) {
    before = keys.size
    holders.map(({ verified }) => [...verified.keys()]).filter(verified => verified.some(key => keys.has(key))).forEach((verified) => {
      verified.forEach(key => keys.add(key))
    })
  }

  return keys
}

function conflictsOf (mine: Claimant, holder: Claimant, isSameKafka: boolean): Conflict[] {
  const kafka = isSameKafka ? [topicConflict(mine, holder), groupConflict(mine, holder)] : [topicObjectConflict(mine, holder)]

  return [...kafka, databaseConflict(mine, holder)].filter(conflict => conflict !== undefined)
}

const TOPIC = 'spec.kafka.topic.name'

function topicConflict (mine: Claimant, holder: Claimant): Conflict | undefined {
  const [topic = '', theirs = ''] = [mine, holder].map(({ spec: { kafka } }) => kafka?.topic.name)

  if (topic === theirs) {
    return { part: 'topic', field: TOPIC, message: `uses topic ${topic} of this Kafka already: choose another one` }
  }

  return overlap(topic, theirs)
    ? { part: 'topic', field: TOPIC, message: `uses a topic whose topic of dead letters or routing tables is ${topic}, or the other way round: choose another one` }
    : undefined
}

function groupConflict (mine: Claimant, holder: Claimant): Conflict | undefined {
  const [group = '', theirs = ''] = [mine, holder].map(({ spec: { kafka } }) => kafka?.consumerGroup)
  const reads = `reads another topic of this Kafka with consumer group ${group}, or with the group for its dead letters or routing tables`
  const message = `${reads}; in one group they would take each other's partitions: choose another one`

  return overlap(group, theirs) ? { part: 'group', field: 'spec.kafka.consumerGroup', message } : undefined
}

// Strimzi's topics are named as their objects are, and those of all Kafkas of one namespace stand side by side.
function topicObjectConflict (mine: Claimant, holder: Claimant): Conflict | undefined {
  const [place, otherPlace] = [mine, holder].map(({ spec: { kafka }, namespace }) => kafka?.strimzi && (kafka.strimzi.namespace ?? namespace))
  const [topic = '', theirs = ''] = [mine, holder].map(({ spec: { kafka } }) => kafka?.topic.name)
  const has = `has the KafkaTopic ${topic} or one of the others that this PeerProbe needs`
  const message = `${has}, and one name is one topic of one Kafka of a namespace: choose another one`

  return place !== undefined && place === otherPlace && overlap(topic, theirs) ? { part: 'topic', field: TOPIC, message } : undefined
}

// Beside each topic and each group there is one for the dead letters, and one for routing tables.
function overlap (mine: string, other: string): boolean {
  return mine === other || [DEAD_LETTER_SUFFIX, NEIGHBOURS_SUFFIX].some(suffix => `${mine}${suffix}` === other || mine === `${other}${suffix}`)
}

function databaseConflict (mine: Claimant, holder: Claimant): Conflict | undefined {
  const kept = holder.spec.retention?.after ?? ''
  const message = `uses the same database with a different retention${mine.namespace === holder.namespace ? ` (${kept})` : ''}: choose the same retention, or another database`

  return mine.database === holder.database && mine.spec.retention?.after !== kept ? { part: 'database', field: 'spec.retention.after', message } : undefined
}
