import { isDeepStrictEqual } from 'node:util'
import { isProbeError } from '../../../core/errors.ts'
import { KINDS } from '../../model/naming/kinds.ts'
import { conditionsOf, failed } from '../conditions/conditions.ts'
import { readyEvent } from './ready-event.ts'
import type { KubeObject } from '../../runtime/kube-object.ts'
import type { ReconcileDeps } from '../apply/context.ts'
import type { Condition } from '../conditions/conditions.ts'

interface StatusWithConditions { conditions?: Condition[] }

/** Writes the status of PeerProbes, only if its meaning changed. */
export class StatusWriter {
  readonly #deps: Pick<ReconcileDeps, 'client' | 'events' | 'clock'>

  constructor (deps: Pick<ReconcileDeps, 'client' | 'events' | 'clock'>) {
    this.#deps = deps
  }

  /** Writes a status. Returns false if the object changed meanwhile, which triggers another reconciliation. */
  async write (object: KubeObject, status: Record<string, unknown>, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#write(object, status, signal)
      return true
    } catch (err) {
      if (isProbeError(err, 'PP_KUBE_CONFLICT')) {
        return false
      }
      throw err
    }
  }

  /** Reports that a PeerProbe is refused, without the findings about its parts. */
  async refuse (object: KubeObject, err: unknown, signal: AbortSignal): Promise<void> {
    const { generation = 0 } = object.metadata
    const before = (object['status'] ?? {}) as StatusWithConditions
    const finding = failed(err)
    const now = `${new Date(this.#deps.clock.now()).toISOString().slice(0, 19)}Z`
    const conditions = conditionsOf({ Ready: finding }, before.conditions ?? [], { generation, now })
    const summary = `${finding.reason}: ${finding.message}`.slice(0, 200)
    await this.#write(object, { ...before, observedGeneration: generation, conditions, summary }, signal)
  }

  async #write (object: KubeObject, status: Record<string, unknown>, signal: AbortSignal): Promise<void> {
    const before = (object['status'] ?? {}) as StatusWithConditions

    if (isDeepStrictEqual(before, status)) {
      return
    }

    await this.#deps.client.putStatus(KINDS.peerProbe, { ...object, status }, signal)
    const event = readyEvent(before.conditions ?? [], (status as StatusWithConditions).conditions ?? [])

    if (event !== undefined) {
      await this.#deps.events.record(object, event, signal)
    }
  }
}
