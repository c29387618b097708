// Health is progress: a client that is connected and hands out nothing looks well from everywhere
// else. A consumer with messages waiting that commits none for a minute is stuck, whatever the cause,
// unless it is known to wait for an outage to end.
import { sleep } from '../../core/time/sleep.ts'
import type { Clock } from '../../core/time/clock.ts'

/** What a watchdog looks at. */
export interface WatchdogDeps {
  clock: Clock

  /** Messages that wait; undefined when that is not known. */
  lag: () => number | undefined

  /** Counts up with every commit. */
  commits: () => number

  /** Whether standing still has a known reason outside. */
  isExcused: () => boolean
}

const CHECK_MS = 5_000

/** Resolves when nothing was committed for `limitMs` although messages wait; rejects with the signal's reason. */
export async function stuck ({ clock, lag, commits, isExcused }: WatchdogDeps, limitMs: number, signal: AbortSignal): Promise<void> {
  let lastCommits = commits()
  let lastMs = clock.monotonic()

  for (;;) {
    await sleep(clock, CHECK_MS, signal)

    if (lag() === 0 || isExcused() || commits() !== lastCommits) {
      lastCommits = commits()
      lastMs = clock.monotonic()
    } else if (clock.monotonic() - lastMs >= limitMs) {
      return
    }
  }
}
