// A Prometheus that scrapes what the PodMonitors of a cluster ask for, and follows pods as they come and go.
import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { Prometheus } from '../servers/prometheus.ts'
import { podTargets } from './pod-targets.ts'
import type { ControlPlane } from '../servers/control-plane.ts'
import type { ScrapeTarget } from '../servers/prometheus.ts'

const LOOK_MS = 500

/** See the head of this file. */
export class PodScraper implements AsyncDisposable {
  readonly prometheus: Prometheus
  readonly #plane: ControlPlane
  readonly #stop = new AbortController()
  #targets: readonly ScrapeTarget[] = []
  #following: Promise<void> = Promise.resolve()

  private constructor (plane: ControlPlane, prometheus: Prometheus) {
    this.#plane = plane
    this.prometheus = prometheus
  }

  /** Starts it; resolves when it has looked at every pod that is there. */
  static async open (plane: ControlPlane): Promise<PodScraper> {
    const scraper = new PodScraper(plane, await Prometheus.open())

    try {
      await scraper.#look()
    } catch (err) {
      await scraper[Symbol.asyncDispose]()
      throw err
    }
    scraper.#following = scraper.#follow()

    return scraper
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    this.#stop.abort()

    try {
      await this.#following
    } finally {
      await this.prometheus[Symbol.asyncDispose]()
    }
  }

  async #follow (): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.#look()
      await delay(LOOK_MS)
    }
  }

  async #look (): Promise<void> {
    const targets = await podTargets(this.#plane)

    if (!isDeepStrictEqual(targets, this.#targets)) {
      this.#targets = targets
      await this.prometheus.setTargets(targets)
    }
  }
}
