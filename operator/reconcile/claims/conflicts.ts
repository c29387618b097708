import { DEAD_LETTER_SUFFIX } from '../../../core/contracts/dead-letter.ts'
import { ProbeError } from '../../../core/errors.ts'
import type { Claimant, ClaimPart } from './claims.ts'

/** What one PeerProbe may not do since another one holds it. */
interface Conflict { part: ClaimPart, field: string, message: string }

/**
 * Refuses what another PeerProbe holds: the same topic or the same consumer group on one Kafka, however that is named, or
 * the same database with another retention. What was not verified holds nothing; of two that were, the one that was first.
 *
 * @throws ProbeError `PP_OWNERSHIP_CONFLICT`, which names the other one to whoever may see it; its `details.holder` is for the operator's log
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

// Nothing of another namespace is named: who may see this PeerProbe may not see that one.
function nameFor (mine: Claimant, { namespace, name }: Claimant): string {
  return namespace === mine.namespace ? `PeerProbe ${name}` : 'a PeerProbe of another namespace (the operator\'s log names it)'
}

// Verified in the same instant: the lesser uid comes first, for everyone who asks.
function isFirst (holder: Claimant, mine: Claimant, part: ClaimPart): boolean {
  const verified = { ...holder, kafka: [...holder.verified.keys()] }
  const [theirs, ours] = [heldSince(verified, mine, part), heldSince(mine, verified, part)]

  return theirs < NEVER && (theirs === ours ? holder.uid < mine.uid : theirs < ours)
}

const NEVER = Number.MAX_SAFE_INTEGER

// A topic and a group are held in one Kafka: since both were verified, they and a name of that Kafka which the other one uses as well.
// Where a third list connects the two, all names count.
function heldSince ({ since, verified, kafka }: Claimant, other: Claimant, part: ClaimPart): number {
  const shared = kafka.filter(key => other.kafka.includes(key))
  const times = part === 'database' ? [] : shared.length > 0 ? [Math.min(...shared.map(key => timeOf(verified.get(key))))] : kafka.map(key => timeOf(verified.get(key)))

  return Math.max(timeOf(since[part]), ...times)
}

// What is missing or cannot be read is later than everything.
function timeOf (text: string | undefined): number {
  const time = Date.parse(text ?? '')

  return Number.isNaN(time) ? NEVER : time
}

// Lists that overlap name one Kafka, also by way of a third one, which was verified: anybody can write two names side by side.
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
    return { part: 'topic', field: TOPIC, message: `uses topic ${topic} of this Kafka already: give this one another` }
  }

  return overlap(topic, theirs)
    ? { part: 'topic', field: TOPIC, message: `uses a topic of which ${topic} is the one for dead letters, or the other way round: give this one another` }
    : undefined
}

function groupConflict (mine: Claimant, holder: Claimant): Conflict | undefined {
  const [group = '', theirs = ''] = [mine, holder].map(({ spec: { kafka } }) => kafka?.consumerGroup)
  const reads = `reads another topic of this Kafka with consumer group ${group}, or with the one for its dead letters`
  const message = `${reads}; in one group they would take each other's partitions: give this one another`

  return overlap(group, theirs) ? { part: 'group', field: 'spec.kafka.consumerGroup', message } : undefined
}

// Strimzi's topics are named as their objects are, and those of all Kafkas of one namespace stand side by side.
function topicObjectConflict (mine: Claimant, holder: Claimant): Conflict | undefined {
  const [place, otherPlace] = [mine, holder].map(({ spec: { kafka }, namespace }) => kafka?.strimzi && (kafka.strimzi.namespace ?? namespace))
  const [topic = '', theirs = ''] = [mine, holder].map(({ spec: { kafka } }) => kafka?.topic.name)
  const has = `has the KafkaTopic ${topic} or one that this PeerProbe needs beside it`
  const message = `${has}, and one name is one topic of one Kafka of a namespace: give this one another`

  return place !== undefined && place === otherPlace && overlap(topic, theirs) ? { part: 'topic', field: TOPIC, message } : undefined
}

// Beside each topic and each group there is one for the dead letters.
function overlap (mine: string, other: string): boolean {
  return mine === other || `${mine}${DEAD_LETTER_SUFFIX}` === other || mine === `${other}${DEAD_LETTER_SUFFIX}`
}

function databaseConflict (mine: Claimant, holder: Claimant): Conflict | undefined {
  const kept = holder.spec.retention?.after ?? ''
  const message = `keeps the same database for another time${mine.namespace === holder.namespace ? ` (${kept})` : ''}: give this one the same, or another database`

  return mine.database === holder.database && mine.spec.retention?.after !== kept ? { part: 'database', field: 'spec.retention.after', message } : undefined
}
