import { KINDS } from '../../model/naming/kinds.ts'
import { sighted } from '../../runtime/secret-poller.ts'
import type { KubeObject, ObjectKey } from '../../runtime/kube-object.ts'
import type { Sighted } from '../../runtime/secret-poller.ts'
import type { ReconcileDeps } from './context.ts'

/** Reads Secrets by name and remembers their names and versions: Secrets are not watched, so the poller needs these to notice changes. */
export class SecretReader {
  readonly #client: Pick<ReconcileDeps['client'], 'get'>
  readonly #seen = new Map<string, Sighted>()
  #assumed: KubeObject | undefined

  constructor (client: Pick<ReconcileDeps['client'], 'get'>) {
    this.#client = client
  }

  /** The Secrets that were read or created, in their last known state. */
  get seen (): Sighted[] {
    return [...this.#seen.values()]
  }

  /** A Secret, or undefined. */
  async read (key: ObjectKey, signal: AbortSignal): Promise<KubeObject | undefined> {
    if (this.#assumed?.metadata.namespace === key.namespace && this.#assumed?.metadata.name === key.name) {
      return this.#assumed
    }

    const secret = await this.#client.get(KINDS.secret, key, signal)
    this.note(key, secret)

    return secret
  }

  /** From now on returns the given Secret as if it existed: this is the state that a plan would lead to. */
  assume (secret: KubeObject | undefined): void {
    this.#assumed = secret
  }

  /** Remembers the present state of a Secret, for example after it was created. */
  note ({ namespace, name }: ObjectKey, secret: KubeObject | undefined): void {
    this.#seen.set(`${namespace ?? ''}/${name}`, sighted({ namespace, name }, secret))
  }
}
