// Health is progress: a client that is connected and delivers nothing looks healthy to every other check. A consumer
// with lag that commits nothing for a minute is stuck, whatever the cause, unless it waits for an outage to end.
import { sleep } from '../../core/time/sleep.ts'
import type { Clock } from '../../core/time/clock.ts'

/** What a watchdog checks. */
export interface WatchdogDeps {
  clock: Clock

  /** Messages that wait; undefined while unknown. */
  lag: () => number | undefined

  /** Increases with every commit. */
  commits: () => number

  /** Whether a known outside cause explains the missing commits. */
  isExcused: () => boolean
}

const CHECK_MS = 5_000

/** Resolves when nothing was committed for `limitMs` while messages waited; rejects with the signal's reason. */
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
