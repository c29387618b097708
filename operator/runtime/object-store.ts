import { keyOf } from './kube-object.ts'
import type { KubeObject, ObjectKey } from './kube-object.ts'

/** The last known objects of one kind, by key and by a label. Objects are frozen, since readers share them. */
export class ObjectStore {
  readonly #objects = new Map<string, KubeObject>()
  readonly #byLabel = new Map<string, Set<string>>()
  readonly #label: string | undefined

  /** @param label whose values are indexed */
  constructor (label?: string) {
    this.#label = label
  }

  get size (): number {
    return this.#objects.size
  }

  get (key: ObjectKey): KubeObject | undefined {
    return this.#objects.get(keyOf(key))
  }

  all (): KubeObject[] {
    return [...this.#objects.values()]
  }

  /** Objects whose indexed label has a value. */
  labelled (value: string): KubeObject[] {
    return [...this.#byLabel.get(value) ?? []].flatMap(key => this.#objects.get(key) ?? [])
  }

  /** Stores an object; returns the one that it replaces. */
  set (object: KubeObject): KubeObject | undefined {
    const before = this.delete(object.metadata)
    const key = keyOf(object.metadata)
    this.#objects.set(key, freeze(object))
    const value = this.#labelOf(object)

    if (value !== undefined) {
      this.#byLabel.set(value, (this.#byLabel.get(value) ?? new Set()).add(key))
    }

    return before
  }

  /** Forgets an object; returns it. */
  delete (key: ObjectKey): KubeObject | undefined {
    const text = keyOf(key)
    const before = this.#objects.get(text)

    if (before !== undefined) {
      const value = this.#labelOf(before)
      const keys = value === undefined ? undefined : this.#byLabel.get(value)
      this.#objects.delete(text)

      if (value !== undefined && keys?.delete(text) === true && keys.size === 0) {
        this.#byLabel.delete(value)
      }
    }

    return before
  }

  #labelOf ({ metadata }: KubeObject): string | undefined {
    return this.#label === undefined ? undefined : metadata.labels?.[this.#label]
  }
}

function freeze<T> (value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    Object.values(value).forEach(freeze)
  }

  return value
}
