import { ByteBudget } from './byte-budget.ts'
import { shortVisitMessage, visitMessage } from './visit-message.ts'
import type { DiskWatch } from '../../core/disk/disk-watch.ts'
import type { VisitSink } from '../engine/population/visit-sink.ts'
import type { ByteLimits, PublishedForm } from './byte-budget.ts'
import type { MessageContext } from './message-context.ts'
import type { Publisher } from './publisher.ts'

/** What a sink publishes at most, and what is called for each visit that it shortens or leaves out. */
export interface SinkOptions {
  limits: ByteLimits
  onForm: (form: PublishedForm) => void

  /** While the message log's disk has no room, neither has the sink. */
  disks?: Pick<DiskWatch, 'room'>
}

/** Sends the visits of one scan to the publisher, each whole, in short or not at all: as much as a crawl or a window may publish. */
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
