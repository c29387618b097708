import type { Clock } from '../../../../core/time/clock.ts'

/** A bound on a wait. */
export interface TimeLimit {
  clock: Clock
  ms: number

  /** Called when the wait takes longer; it must settle what is waited for. */
  onDue: () => void
}

/** Waits for `settled`, and leaves no timer. */
export async function withinLimit<T> ({ clock, ms, onDue }: TimeLimit, settled: Promise<T>): Promise<T> {
  const timer = clock.after(ms, onDue)

  try {
    return await settled
  } finally {
    timer[Symbol.dispose]()
  }
}
