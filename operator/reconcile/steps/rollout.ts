import type { Clock } from '../../../core/time/clock.ts'
import type { Images } from '../../model/probe/images.ts'

/** What is known of a PeerProbe that asks for an image. */
export interface RolloutState {
  /** What its consumers run; undefined where there are none. */
  running: Images | undefined

  isReady: boolean
}

// Long enough to pull an image and to drain; a PeerProbe that cannot become ready holds the others up no longer.
const TURN_MS = 600_000

/**
 * Paces upgrades: of the PeerProbes that are ready, one at a time gets a new image, so that one that does not work is
 * met by one of them first. What is not ready has nothing to lose and does not wait.
 */
export class Rollout {
  readonly #clock: Pick<Clock, 'monotonic'>
  #turn: { key: string, sinceMs: number } | undefined

  constructor (clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock
  }

  /** Which image a PeerProbe gets now: the wanted one, or the running one, got as before, until it is its turn. */
  imagesFor (key: string, wanted: Images, { running, isReady }: RolloutState): Images {
    if (running === undefined || running.workload === wanted.workload || !isReady || this.#take(key)) {
      return wanted
    }

    return running
  }

  /** A PeerProbe runs as it should, with the wanted image. */
  settled (key: string): void {
    if (this.#turn?.key === key) {
      this.#turn = undefined
    }
  }

  #take (key: string): boolean {
    const now = this.#clock.monotonic()

    if (this.#turn === undefined || now - this.#turn.sinceMs > TURN_MS) {
      this.#turn = { key, sinceMs: now }
    }

    return this.#turn.key === key
  }
}
