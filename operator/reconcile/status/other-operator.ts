import { keyOf } from '../../runtime/kube-object.ts'
import { statusField } from '../observe/strimzi-status.ts'
import type { KubeObject } from '../../runtime/kube-object.ts'
import type { ReconcileDeps } from '../apply/context.ts'

/**
 * Notices an operator of another lease that looks after the same PeerProbes: both write, each what it thinks right. Whoever
 * starts puts the name of its lease into the status; who finds another name where its own had been says so and leaves it
 * there, so that the two do not write in turn.
 */
export class OtherOperators {
  readonly #deps: Pick<ReconcileDeps, 'events' | 'log' | 'lease'>
  readonly #marked = new Set<string>()

  constructor (deps: Pick<ReconcileDeps, 'events' | 'log' | 'lease'>) {
    this.#deps = deps
  }

  /** The name of a lease for the status of a PeerProbe; an event where it is not ours any more. */
  async mark (object: KubeObject, signal: AbortSignal): Promise<string> {
    const { lease, events, log } = this.#deps
    const key = keyOf(object.metadata)
    const seen = statusField(object, 'operator')

    if (seen === lease) {
      this.#marked.add(key)
    }
    if (typeof seen !== 'string' || !this.#marked.has(key) || seen === lease) {
      return lease
    }

    const wayOut = 'uninstall one, or let each watch its own namespaces'
    const note = `another operator looks after this PeerProbe as well, and the two undo each other's changes (the log of this one names both leases): ${wayOut}`
    log.warn({ probe: key, lease, other: seen }, 'another operator looks after the same PeerProbe')
    await events.record(object, { type: 'Warning', reason: 'OtherOperator', action: 'Reconcile', note }, signal)

    return seen
  }

  /** Forgets a PeerProbe that is gone. */
  forget (key: string): void {
    this.#marked.delete(key)
  }
}
