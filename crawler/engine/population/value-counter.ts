import { TOP_VALUES } from '../../../core/contracts/crawl.ts'
import { cleanText } from './clean-text.ts'
import type { Distribution } from '../../../core/contracts/crawl.ts'

/** Most distinct values of one counter. */
export const MAX_DISTINCT = 10_000

/** Most characters of a value. */
export const VALUE_CHARS = 256

/**
 * Counts how often each value occurs. Memory is bounded, although remote peers choose the values.
 *
 * When it is full, the rarer half (of equal counts, the newer values) is added to `other`. Forty hostile peers with
 * 256 invented protocols each can therefore not displace the protocols of thousands of peers. A value that occurs
 * again after it was removed counts from one: counts of rare values are lower bounds.
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
