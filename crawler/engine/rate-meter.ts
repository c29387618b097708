const WINDOW_MS = 10_000

/** How fast a count grows: over the last ten seconds, or since the start when that is shorter ago. */
export class RateMeter {
  #samples: { atMs: number, count: number }[]

  constructor (startMs: number) {
    this.#samples = [{ atMs: startMs, count: 0 }]
  }

  /** Notes the count; called once a second. */
  sample (atMs: number, count: number): void {
    this.#samples.push({ atMs, count })
    this.#samples = this.#samples.filter((sample, i) => atMs - sample.atMs <= WINDOW_MS || i === this.#samples.length - 1)
  }

  /** Per second, at a moment when the count is `count`. */
  perSecond (nowMs: number, count: number): number {
    const first = this.#samples[0]
    const elapsedMs = nowMs - (first?.atMs ?? nowMs)

    return elapsedMs > 0 ? (count - (first?.count ?? 0)) / elapsedMs * 1_000 : 0
  }
}
