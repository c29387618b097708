// The share of sessions that last longer than a length, by Kaplan and Meier: a session whose end is unknown counts as long as it was
// seen. Lengths are counted in bins, so that millions of sessions take the memory of one curve.
const BINS = 5_000

/** A point of a curve. */
export interface SurvivalPoint {
  /** Length in seconds. */
  s: number

  /** Share of sessions that last longer, from 0 to 1. */
  share: number
}

/** Counts lengths, and gives their survival curve. */
export class SurvivalCurve {
  readonly #binMs: number
  readonly #ended = new Uint32Array(BINS + 1)
  readonly #censored = new Uint32Array(BINS + 1)

  /** @param limitMs longer sessions count as still lasting then */
  constructor (limitMs: number) {
    this.#binMs = limitMs / BINS
  }

  /** Adds a session that ended after a length, or that was seen for so long. */
  add (lengthMs: number, isEnded: boolean): void {
    const bin = Math.min(BINS, Math.max(0, Math.floor(lengthMs / this.#binMs)))
    const counts = isEnded && bin < BINS ? this.#ended : this.#censored
    counts[bin] = (counts[bin] ?? 0) + 1
  }

  /** The length that half of the sessions exceed, in seconds; null while more than half do. */
  medianS (): number | null {
    return this.points(BINS).find(({ share }) => share <= 0.5)?.s ?? null
  }

  /** At most `count` points at equal distances; none without sessions. */
  points (count: number): SurvivalPoint[] {
    const points: SurvivalPoint[] = []
    const every = BINS / Math.min(BINS, count)
    let atRisk = this.#total()
    let share = 1

    if (atRisk === 0) {
      return []
    }
    for (let bin = 0; bin < BINS; bin++) {
      share *= atRisk === 0 ? 1 : 1 - (this.#ended[bin] ?? 0) / atRisk
      atRisk -= (this.#ended[bin] ?? 0) + (this.#censored[bin] ?? 0)

      if (Math.floor((bin + 1) / every) > Math.floor(bin / every)) {
        points.push({ s: (bin + 0.5) * this.#binMs / 1_000, share })
      }
    }

    return points
  }

  #total (): number {
    return [...this.#ended, ...this.#censored].reduce((sum, count) => sum + count, 0)
  }
}
