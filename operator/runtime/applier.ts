// Desired objects against the server, by server-side apply. A write that would change nothing is not made: what was
// applied last is remembered on the object as a hash, and everything it named must still be there.
import { hash } from 'node:crypto'
import { isProbeError, ProbeError } from '../../core/errors.ts'
import { firstDifference } from './covers.ts'
import type { KubeClient } from './kube-client.ts'
import type { KindRef, KubeObject } from './kube-object.ts'

/** What became of one object. */
type ApplyOutcome = 'unchanged' | 'applied' | 'replaced'

/** What {@link Applier.ensure} did, and the object after it. */
export interface Ensured {
  outcome: ApplyOutcome

  /** As the server answered, or as it was seen where nothing was written; undefined where it was deleted to be recreated. */
  object: KubeObject | undefined
}

export interface ApplierDeps {
  client: Pick<KubeClient, 'apply' | 'remove'>

  /** Whether this process may write now: it leads. */
  mayWrite: () => boolean

  /** Told what the server answered to an apply. */
  onAnswer?: (object: KubeObject) => void

  /** Told of each write, with the field that made it necessary. */
  onWrite?: (kind: string, outcome: ApplyOutcome, field: string) => void
}

/** Settings of {@link Applier}. */
export interface ApplierOptions {
  fieldManager: string

  /** Annotation that holds the hash of what was applied. */
  hashAnnotation: string
}

const IMMUTABLE = /field is immutable|may not change once set|updates to .* are forbidden/i

/** Brings objects to what is desired. */
export class Applier {
  readonly #deps: ApplierDeps
  readonly #options: ApplierOptions

  constructor (deps: ApplierDeps, options: ApplierOptions) {
    this.#deps = deps
    this.#options = options
  }

  /** The field in which an object differs from what is desired, or undefined: what {@link ensure} would write for. */
  difference (desired: KubeObject, live: KubeObject | undefined): string | undefined {
    if (live === undefined) {
      return '(missing)'
    }

    const wanted = this.#withHash(desired)
    return firstDifference(live, wanted)
  }

  /**
   * Applies an object where it differs. What cannot be changed is deleted, to be recreated the next time.
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

  /** Deletes an object, where it is still the one that was seen. */
  async remove (kind: KindRef, { metadata }: KubeObject, signal: AbortSignal): Promise<void> {
    this.#checkLead()
    await this.#deps.client.remove(kind, metadata, signal)
  }

  /** What the server would make of an object, without making it. */
  async dryRun (kind: KindRef, desired: KubeObject, signal: AbortSignal): Promise<KubeObject> {
    return await this.#deps.client.apply(kind, this.#withHash(desired), { fieldManager: this.#options.fieldManager, dryRun: true }, signal)
  }

  #checkLead (): void {
    if (!this.#deps.mayWrite()) {
      throw new ProbeError('PP_LEADER_LOST', 'this operator does not lead any more')
    }
  }

  #withHash (desired: KubeObject): KubeObject {
    const { metadata } = desired
    const annotations = { ...metadata.annotations, [this.#options.hashAnnotation]: hash('sha256', JSON.stringify(withoutSecrets(desired)), 'hex').slice(0, 16) }

    return { ...desired, metadata: { ...metadata, annotations } }
  }
}

// Annotations are shown by more than shows a Secret (metadata requests, metrics of objects): what it holds is compared with
// the live object, so its keys are enough here.
function withoutSecrets (desired: KubeObject): KubeObject {
  const { kind, data } = desired as KubeObject & { data?: object }

  return kind === 'Secret' && data !== undefined ? { ...desired, data: Object.keys(data) } : desired
}
