import { visitPeer } from './visit-peer.ts'
import type { VisitTarget } from '../dht/visit-target.ts'
import type { VisitDeps, VisitOptions } from './visit-peer.ts'
import type { Visitor, VisitResult } from './visitor.ts'

/** Visits peers by one client. */
export class LaneVisitor implements Visitor {
  readonly #deps: VisitDeps
  readonly #options: VisitOptions
  readonly #resources: AsyncDisposableStack

  /** @param resources what the client keeps open; disposed of with the visitor */
  constructor (deps: VisitDeps, options: VisitOptions, resources: AsyncDisposableStack) {
    this.#deps = deps
    this.#options = options
    this.#resources = resources
  }

  async visit (target: VisitTarget, signal: AbortSignal): Promise<VisitResult> {
    return await visitPeer(target, this.#deps, this.#options, signal)
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await this.#resources.disposeAsync()
  }
}
