import { TOP_VALUES } from '../../../core/contracts/crawl.ts'
import { cleanText } from './clean-text.ts'
import type { Distribution } from '../../../core/contracts/crawl.ts'

/** Distinct values that one counter holds at most. */
export const MAX_DISTINCT = 10_000

/** Characters of a value at most. */
export const VALUE_CHARS = 256

/**
 * Counts how often each value occurs, in bounded memory although strangers choose the values.
 *
 * When it is full, the rarer half goes into `other` (among equals the newer), so that forty hostile
 * peers with 256 invented protocols each cannot keep out what thousands really serve. What was thrown
 * out and comes again counts from one: counts of rare values are lower bounds.
 */
export class ValueCounter {
  readonly #counts = new Map<string, number>()
  #other = 0

  add (value: string): void {
    const text = cleanText(value, VALUE_CHARS)
    const count = this.#counts.get(text)

    if (count === undefined && this.#counts.size >= MAX_DISTINCT) {
      this.#foldRarerHalf()
    }

    this.#counts.set(text, (count ?? 0) + 1)
  }

  /** The most frequent values and the sum of the rest. */
  distribution (): Distribution {
    const sorted = this.#sorted()
    const rest = sorted.slice(TOP_VALUES).reduce((sum, [, count]) => sum + count, 0)

    return { top: sorted.slice(0, TOP_VALUES).map(([value, count]) => ({ value, count })), other: this.#other + rest }
  }

  #foldRarerHalf (): void {
    for (const [value, count] of this.#sorted().slice(MAX_DISTINCT / 2)) {
      this.#counts.delete(value)
      this.#other += count
    }
  }

  #sorted (): [string, number][] {
    return [...this.#counts].sort(([, a], [, b]) => b - a)
  }
}
