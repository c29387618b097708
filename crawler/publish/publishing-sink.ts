import { ByteBudget } from './byte-budget.ts'
import { shortVisitMessage, visitMessage } from './visit-message.ts'
import type { DiskWatch } from '../../core/disk/disk-watch.ts'
import type { CompletedVisit, VisitSink } from '../engine/population/visit-sink.ts'
import type { ByteLimits, PublishedForm } from './byte-budget.ts'
import type { MessageContext } from './message-context.ts'
import type { Publisher } from './publisher.ts'

/** Takes the routing tables of visits. */
export interface TableSink {
  /** Takes the table of a visit; never waits. @param form how the visit itself is published: the table of a peer beyond its byte limit is left out */
  accept (visit: CompletedVisit, form: PublishedForm): void
}

/** Settings of a sink. */
export interface SinkOptions {
  limits: ByteLimits
  onForm: (form: PublishedForm) => void

  /** Takes the routing tables of the visits. @default none are published */
  tables?: TableSink

  /** If the message log's disk has no room, the sink has none either. */
  disks?: Pick<DiskWatch, 'room'>
}

/** Sends the visits of one scan to the publisher: whole, in short form or not at all, within the byte limits of a crawl or a window. */
export function publishingSink (publisher: Pick<Publisher, 'ready' | 'accept'>, context: MessageContext, { limits, onForm, tables, disks }: SinkOptions): VisitSink {
  const budget = new ByteBudget(limits)

  return {
    ready: () => disks?.room() ?? publisher.ready(),
    accept (visit) {
      const message = visitMessage(visit, context)
      const form = budget.charge(visit, message.value.length)

      if (form !== 'none') {
        publisher.accept(form === 'whole' ? message : shortVisitMessage(visit, context))
      }
      tables?.accept(visit, form)
      onForm(form)
    }
  }
}
