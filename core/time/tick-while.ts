import type { Clock } from './clock.ts'

/** Calls a function at once and every `ms` milliseconds, until a promise is settled. Settles as it does. */
export async function tickWhile<T> (work: Promise<T>, { clock, ms, tick }: { clock: Pick<Clock, 'after'>, ms: number, tick: () => void }): Promise<T> {
  let timer: Disposable | undefined
  const next = (): void => {
    tick()
    timer = clock.after(ms, next)
  }
  next()

  try {
    return await work
  } finally {
    timer?.[Symbol.dispose]()
  }
}
