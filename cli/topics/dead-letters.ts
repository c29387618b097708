// A separate group reads dead letters; its committed offsets record what was replayed. Each dead letter is replayed once;
// if its message fails again, that is a new dead letter.
import { deadLetterGroupOf, DeadLetterHeaders, OMITTED_HEADER } from '../../core/contracts/dead-letter.ts'
import { readBacklog } from './read-backlog.ts'
import type { EventBus, IncomingMessage, OutgoingMessage } from '../../core/bus/port/event-bus.ts'
import type { ConsumerConfig } from '../../core/contracts/process-config.ts'

/** One dead letter, for display. */
interface DeadLetterRow {
  /** When it was given up, RFC 3339. */
  at: string

  /** Where its message was: topic, partition and offset. */
  source: string

  /** Key of its message: a peer id or a scan. */
  key: string

  code: string
  reason: string
}

/** The topics and the group of a consumer. */
export type DeadLetterPlaces = Pick<ConsumerConfig, 'topic' | 'deadLetterTopic' | 'group'>

const BATCH = 500
const OWN_HEADERS: ReadonlySet<string> = new Set(Object.keys(DeadLetterHeaders.shape))

/** Some dead letters, and the number of all of them. */
export interface DeadLetterList {
  rows: DeadLetterRow[]
  total: number
}

/** The dead letters that were not replayed, oldest first, at most `limit`. */
export async function listDeadLetters (bus: EventBus, places: DeadLetterPlaces, limit: number, signal: AbortSignal): Promise<DeadLetterList> {
  const { deadLetterTopic, group } = places
  const found: IncomingMessage[] = []
  let total = 0

  await readBacklog(bus, { topic: deadLetterTopic, group: deadLetterGroupOf(group), maxMessages: BATCH }, async ({ messages }) => {
    total += messages.length
    found.push(...messages.slice(0, Math.max(0, limit - found.length)))
    await Promise.resolve()
  }, signal)

  return { rows: found.toSorted((a, b) => a.timestampMs - b.timestampMs).map(toRow), total }
}

/**
 * Publishes every present dead letter to the topic again, unchanged; skips dead letters without their value. The offset is
 * committed after the acknowledgement: a killed replay may publish some twice, which changes nothing in the database.
 *
 * @returns the number of messages published
 */
export async function replayDeadLetters (bus: EventBus, { topic, deadLetterTopic, group }: DeadLetterPlaces, signal: AbortSignal): Promise<number> {
  let replayed = 0

  const backlog = { topic: deadLetterTopic, group: deadLetterGroupOf(group), maxMessages: BATCH }

  await readBacklog(bus, backlog, async ({ partition, messages, nextOffset }, subscription) => {
    const whole = messages.filter(({ headers }) => headers[OMITTED_HEADER] === undefined)
    await bus.publish(topic, whole.map(toOriginal), signal)
    await subscription.commit(partition, nextOffset)
    replayed += whole.length
  }, signal)

  return replayed
}

function toOriginal ({ key, value, headers }: IncomingMessage): OutgoingMessage {
  return { key, value, headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !OWN_HEADERS.has(name))) }
}

// Another producer may have written to the topic: such messages are listed as what they are.
function toRow ({ key, headers, timestampMs, partition, offset }: IncomingMessage): DeadLetterRow {
  const { data } = DeadLetterHeaders.safeParse(headers)

  return data === undefined
    ? { at: new Date(timestampMs).toISOString(), source: '', key, code: '', reason: `not a dead letter of PeerProbe (partition ${String(partition)}, offset ${String(offset)})` }
    : {
        at: data['peerprobe-at'],
        source: `${data['peerprobe-topic']}/${data['peerprobe-partition']}/${data['peerprobe-offset']}`,
        key,
        code: data['peerprobe-error-code'],
        reason: data['peerprobe-error-message']
      }
}
