import { setTimeout as delay } from 'node:timers/promises'

// Much longer than needed: a machine may run several test files on few cores. A wait in vain fails anyway.
const USUAL_LIMIT_MS = 60_000

// A condition that queries another process uses at most a quarter of the time: the process that it waits for needs the CPU as well.
const LEAST_PAUSE_MS = 5
const MOST_PAUSE_MS = 250

/** Waits until a condition becomes true that depends on time or on another process. @throws TypeError after `limitMs`, the condition's own time included */
export async function until (what: string, condition: () => boolean | Promise<boolean>, limitMs = USUAL_LIMIT_MS): Promise<void> {
  const deadline = performance.now() + limitMs

  for (;;) {
    const askedAt = performance.now()

    if (await condition()) {
      return
    }

    const now = performance.now()

    if (now >= deadline) {
      throw new TypeError(`waited ${String(limitMs)} ms in vain until ${what}`)
    }

    await delay(Math.min(MOST_PAUSE_MS, Math.max(LEAST_PAUSE_MS, 3 * (now - askedAt))))
  }
}
