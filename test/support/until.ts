import { setTimeout as delay } from 'node:timers/promises'

/** Waits until a condition holds that real time or another process brings about. @throws TypeError after `limitMs`, the condition's own time included */
export async function until (what: string, condition: () => boolean | Promise<boolean>, limitMs = 20_000): Promise<void> {
  const deadline = performance.now() + limitMs

  while (!await condition()) {
    if (performance.now() >= deadline) {
      throw new TypeError(`waited ${String(limitMs)} ms in vain until ${what}`)
    }

    await delay(5)
  }
}
