import { setTimeout as delay } from 'node:timers/promises'

// Much longer than needed: a machine may run several test files on few cores. A wait in vain fails anyway.
const USUAL_LIMIT_MS = 60_000

// A condition that queries another process uses at most a quarter of the time: the process that it waits for needs the CPU as well.
const LEAST_PAUSE_MS = 5
const MOST_PAUSE_MS = 250

// Where a file is ended because it took too long, its output shows what it waited for.
const SAID_EVERY_MS = 60_000

/** Waits until a condition becomes true that depends on time or on another process. @throws TypeError after `limitMs`, the condition's own time included */
export async function until (what: string, condition: () => boolean | Promise<boolean>, limitMs = USUAL_LIMIT_MS): Promise<void> {
  const deadline = performance.now() + limitMs
  let sayAt = performance.now() + SAID_EVERY_MS

  for (;;) {
    const askedAt = performance.now()

    if (await condition()) {
      return
    }

    const now = performance.now()

    if (now >= deadline) {
      throw new TypeError(`waited ${String(limitMs)} ms in vain until ${what}`)
    }

    if (now >= sayAt) {
      sayAt = now + SAID_EVERY_MS
      process.stderr.write(`still waiting until ${what}\n`)
    }

    await delay(Math.min(MOST_PAUSE_MS, Math.max(LEAST_PAUSE_MS, 3 * (now - askedAt))))
  }
}
