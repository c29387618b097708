import { defined } from '../../../core/defined.ts'
import type { Clock } from '../../../core/time/clock.ts'
import type { Images } from '../../model/probe/images.ts'

/** The state of a PeerProbe that asks for an image. */
export interface RolloutState {
  /** The image of its consumers; undefined without consumers. */
  running: Images | undefined

  isReady: boolean
}

// Long enough to pull an image and to drain. A PeerProbe that cannot become ready does not delay the others for longer.
const TURN_MS = 600_000

/**
 * Paces upgrades: one ready PeerProbe at a time gets a new image, so that a broken image stops only one of them. A
 * PeerProbe that is not ready has nothing to lose and does not wait.
 */
export class Rollout {
  readonly #clock: Pick<Clock, 'monotonic'>
  #turn: { key: string, sinceMs: number } | undefined

  constructor (clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock
  }

  /** The image that a PeerProbe gets now: the new one, or until its turn the running one, pulled as before. */
  imagesFor (key: string, wanted: Images, { running, isReady }: RolloutState): Images {
    if (running === undefined || running.workload === wanted.workload || !isReady || this.#take(key)) {
      return wanted
    }

    // The image for backups is that of no running pod, so it waits for no turn.
    return { ...running, ...defined({ backup: wanted.backup }) }
  }

  /** Reports that a PeerProbe is ready with the new image. */
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
