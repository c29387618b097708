const WINDOW_MS = 10_000

/** Rate of a growing count over the last ten seconds, or since the start if that is more recent. */
export class RateMeter {
  #samples: { atMs: number, count: number }[]

  constructor (startMs: number) {
    this.#samples = [{ atMs: startMs, count: 0 }]
  }

  /** Records the count; called once a second. */
  sample (atMs: number, count: number): void {
    this.#samples.push({ atMs, count })
    this.#samples = this.#samples.filter((sample, i) => atMs - sample.atMs <= WINDOW_MS || i === this.#samples.length - 1)
  }

  /** Rate per second, if the count is now `count`. */
  perSecond (nowMs: number, count: number): number {
    const first = this.#samples[0]
    const elapsedMs = nowMs - (first?.atMs ?? nowMs)

    return elapsedMs > 0 ? (count - (first?.count ?? 0)) / elapsedMs * 1_000 : 0
  }
}
