import { visitMessage } from './visit-message.ts'
import type { VisitSink } from '../engine/visit-sink.ts'
import type { MessageContext } from './message-context.ts'
import type { Publisher } from './publisher.ts'

/** Sends the visits of one scan to the publisher. */
export function publishingSink (publisher: Pick<Publisher, 'ready' | 'accept'>, context: MessageContext): VisitSink {
  return {
    ready: () => publisher.ready(),
    accept (visit) {
      publisher.accept(visitMessage(visit, context))
    }
  }
}
