import { KINDS } from '../../model/naming/kinds.ts'
import { sighted } from '../../runtime/secret-poller.ts'
import type { KubeObject, ObjectKey } from '../../runtime/kube-object.ts'
import type { Sighted } from '../../runtime/secret-poller.ts'
import type { ReconcileDeps } from './context.ts'

/** Reads Secrets by name, and remembers which and at what version: they are not watched, so somebody looks at them in turn. */
export class SecretReader {
  readonly #client: Pick<ReconcileDeps['client'], 'get'>
  readonly #seen = new Map<string, Sighted>()
  #assumed: KubeObject | undefined

  constructor (client: Pick<ReconcileDeps['client'], 'get'>) {
    this.#client = client
  }

  /** The Secrets that were read or made, each as it was last. */
  get seen (): Sighted[] {
    return [...this.#seen.values()]
  }

  /** A Secret as it is; undefined where there is none. */
  async read (key: ObjectKey, signal: AbortSignal): Promise<KubeObject | undefined> {
    if (this.#assumed?.metadata.namespace === key.namespace && this.#assumed?.metadata.name === key.name) {
      return this.#assumed
    }

    const secret = await this.#client.get(KINDS.secret, key, signal)
    this.note(key, secret)

    return secret
  }

  /** Reads a Secret from now on as if it were there as given: that is what a plan would make of it. */
  assume (secret: KubeObject | undefined): void {
    this.#assumed = secret
  }

  /** Remembers what a Secret is now, such as after it was made. */
  note ({ namespace, name }: ObjectKey, secret: KubeObject | undefined): void {
    this.#seen.set(`${namespace ?? ''}/${name}`, sighted({ namespace, name }, secret))
  }
}
