import { setTimeout as delay } from 'node:timers/promises'

/** Waits until a condition holds that real time or another process brings about. @throws TypeError after `limitMs` */
export async function until (what: string, condition: () => boolean | Promise<boolean>, limitMs = 20_000): Promise<void> {
  for (let waitedMs = 0; !await condition(); waitedMs += 5) {
    if (waitedMs >= limitMs) {
      throw new TypeError(`waited ${String(limitMs)} ms in vain until ${what}`)
    }

    await delay(5)
  }
}
