import type { OutgoingMessage } from '../../core/bus/port/event-bus.ts'

/** Attributes of an event. */
export interface CloudEvent {
  /** Unique per source: the same event sent twice has the same id. */
  id: string

  type: string

  /** The scan: namespace/probe/scan. */
  source: string

  /** RFC 3339. */
  time: string
}

/** Headers of a message in the binary mode of the CloudEvents 1.0 binding for Kafka. */
export function cloudEventHeaders ({ id, type, source, time }: CloudEvent): OutgoingMessage['headers'] {
  return {
    'ce_specversion': '1.0',
    'ce_id': id,
    'ce_type': type,
    'ce_source': source,
    'ce_time': time,
    'content-type': 'application/json'
  }
}
