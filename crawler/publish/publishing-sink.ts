import { ByteBudget } from './byte-budget.ts'
import { shortVisitMessage, visitMessage } from './visit-message.ts'
import type { DiskWatch } from '../../core/disk/disk-watch.ts'
import type { VisitSink } from '../engine/population/visit-sink.ts'
import type { ByteLimits, PublishedForm } from './byte-budget.ts'
import type { MessageContext } from './message-context.ts'
import type { Publisher } from './publisher.ts'

/** Settings of a sink. */
export interface SinkOptions {
  limits: ByteLimits
  onForm: (form: PublishedForm) => void

  /** If the message log's disk has no room, the sink has none either. */
  disks?: Pick<DiskWatch, 'room'>
}

/** Sends the visits of one scan to the publisher: whole, in short form or not at all, within the byte limits of a crawl or a window. */
export function publishingSink (publisher: Pick<Publisher, 'ready' | 'accept'>, context: MessageContext, { limits, onForm, disks }: SinkOptions): VisitSink {
  const budget = new ByteBudget(limits)

  return {
    ready: () => disks?.room() ?? publisher.ready(),
    accept (visit) {
      const message = visitMessage(visit, context)
      const form = budget.charge(visit, message.value.length)

      if (form !== 'none') {
        publisher.accept(form === 'whole' ? message : shortVisitMessage(visit, context))
      }
      onForm(form)
    }
  }
}
