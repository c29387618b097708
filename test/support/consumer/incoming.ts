import { CRAWL_TYPE } from '../../../core/contracts/crawl.ts'
import { VISIT_TYPE } from '../../../core/contracts/visit.ts'
import type { IncomingMessage, OutgoingMessage } from '../../../core/bus/port/event-bus.ts'
import type { Crawl } from '../../../core/contracts/crawl.ts'
import type { Visit } from '../../../core/contracts/visit.ts'

/** A visit as a crawler publishes it. */
export function visitMessage (visit: Visit): OutgoingMessage {
  return { key: visit.nodeId, value: Buffer.from(JSON.stringify(visit)), headers: { ce_type: VISIT_TYPE, ce_id: visit.visitId } }
}

/** A crawl as a crawler publishes it. */
export function crawlMessage (crawl: Crawl): OutgoingMessage {
  return { key: crawl.scan, value: Buffer.from(JSON.stringify(crawl)), headers: { ce_type: CRAWL_TYPE } }
}

/** A message as the bus hands it out. */
export function incoming (message: OutgoingMessage, offset = 0, partition = 0): IncomingMessage {
  return { ...message, partition, offset, timestampMs: 0 }
}
