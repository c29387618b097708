import { keyOf } from '../../runtime/kube-object.ts'
import { statusField } from '../observe/strimzi-status.ts'
import type { KubeObject } from '../../runtime/kube-object.ts'
import type { ReconcileDeps } from '../apply/context.ts'

/**
 * Notices an operator with another lease that manages the same PeerProbes, so that the two overwrite each other. An
 * operator writes the name of its lease into the status when it starts. If it later finds another name there, it reports
 * the conflict and keeps that name, so that the two do not overwrite the field in turn.
 */
export class OtherOperators {
  readonly #deps: Pick<ReconcileDeps, 'events' | 'log' | 'lease'>
  readonly #marked = new Set<string>()

  constructor (deps: Pick<ReconcileDeps, 'events' | 'log' | 'lease'>) {
    this.#deps = deps
  }

  /** The name of a lease for the status of a PeerProbe. Records an event if it is no longer ours. */
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
    const note = `another operator manages this PeerProbe as well, and the two undo each other's changes (the log of this operator has both leases): ${wayOut}`
    log.warn({ probe: key, lease, other: seen }, 'another operator manages the same PeerProbe')
    await events.record(object, { type: 'Warning', reason: 'OtherOperator', action: 'Reconcile', note }, signal)

    return seen
  }

  /** Forgets a deleted PeerProbe. */
  forget (key: string): void {
    this.#marked.delete(key)
  }
}
