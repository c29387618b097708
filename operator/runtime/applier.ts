// Applies desired objects by server-side apply. A write that would change nothing is skipped: an annotation on the
// object contains the hash of the last applied object, and all applied fields must still have their values.
import { hash } from 'node:crypto'
import { isProbeError, ProbeError } from '../../core/errors.ts'
import { firstDifference } from './covers.ts'
import type { KubeClient } from './kube-client.ts'
import type { KindRef, KubeObject } from './kube-object.ts'

/** What happened to one object. */
type ApplyOutcome = 'unchanged' | 'applied' | 'replaced'

/** What {@link Applier.ensure} did, and the resulting object. */
export interface Ensured {
  outcome: ApplyOutcome

  /** The server's answer, or the cached object if nothing was written; undefined if it was deleted to be recreated. */
  object: KubeObject | undefined
}

export interface ApplierDeps {
  client: Pick<KubeClient, 'apply' | 'remove'>

  /** Whether this process may write now, as the leader. */
  mayWrite: () => boolean

  /** Called with the server's answer to an apply. */
  onAnswer?: (object: KubeObject) => void

  /** Called for each write, with the field that made it necessary. */
  onWrite?: (kind: string, outcome: ApplyOutcome, field: string) => void
}

/** Settings of {@link Applier}. */
export interface ApplierOptions {
  fieldManager: string

  /** Annotation with the hash of the applied object. */
  hashAnnotation: string
}

const IMMUTABLE = /field is immutable|may not change once set|updates to .* are forbidden/i

/** Brings objects to their desired state. */
export class Applier {
  readonly #deps: ApplierDeps
  readonly #options: ApplierOptions

  constructor (deps: ApplierDeps, options: ApplierOptions) {
    this.#deps = deps
    this.#options = options
  }

  /** The first field that differs from the desired object, because of which {@link ensure} would write; otherwise undefined. */
  difference (desired: KubeObject, live: KubeObject | undefined): string | undefined {
    if (live === undefined) {
      return '(missing)'
    }

    const wanted = this.#withHash(desired)
    return firstDifference(live, wanted)
  }

  /**
   * Applies an object if it differs. An object that cannot be changed is deleted, and recreated the
   * next time.
   *
   * @throws ProbeError what the client throws; `PP_LEADER_LOST` when this process may not write
   */
  async ensure (kind: KindRef, desired: KubeObject, live: KubeObject | undefined, signal: AbortSignal): Promise<Ensured> {
    const field = this.difference(desired, live)

    if (field === undefined) {
      return { outcome: 'unchanged', object: live }
    }

    this.#checkLead()

    try {
      const answer = await this.#deps.client.apply(kind, this.#withHash(desired), { fieldManager: this.#options.fieldManager }, signal)
      this.#deps.onAnswer?.(answer)
      this.#deps.onWrite?.(kind.kind, 'applied', field)
      return { outcome: 'applied', object: answer }
    } catch (err) {
      if (live === undefined || !isProbeError(err, 'PP_KUBE_INVALID') || !IMMUTABLE.test(err.message)) {
        throw err
      }

      await this.remove(kind, live, signal)
      this.#deps.onWrite?.(kind.kind, 'replaced', field)
      return { outcome: 'replaced', object: undefined }
    }
  }

  /** Deletes an object if it is still the one that was seen. */
  async remove (kind: KindRef, { metadata }: KubeObject, signal: AbortSignal): Promise<void> {
    this.#checkLead()
    await this.#deps.client.remove(kind, metadata, signal)
  }

  /** The result of applying an object, by a dry run. */
  async dryRun (kind: KindRef, desired: KubeObject, signal: AbortSignal): Promise<KubeObject> {
    return await this.#deps.client.apply(kind, this.#withHash(desired), { fieldManager: this.#options.fieldManager, dryRun: true }, signal)
  }

  #checkLead (): void {
    if (!this.#deps.mayWrite()) {
      throw new ProbeError('PP_LEADER_LOST', 'this operator is no longer the leader')
    }
  }

  #withHash (desired: KubeObject): KubeObject {
    const { metadata } = desired
    const annotations = { ...metadata.annotations, [this.#options.hashAnnotation]: hash('sha256', JSON.stringify(withoutSecrets(desired)), 'hex').slice(0, 16) }

    return { ...desired, metadata: { ...metadata, annotations } }
  }
}

// Annotations are visible in more places than the contents of a Secret (metadata requests, metrics of objects). The hash
// therefore covers only the keys of a Secret; its values are compared with the live object.
function withoutSecrets (desired: KubeObject): KubeObject {
  const { kind, data } = desired as KubeObject & { data?: object }

  return kind === 'Secret' && data !== undefined ? { ...desired, data: Object.keys(data) } : desired
}
