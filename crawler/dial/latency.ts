import type { Clock } from '../../core/time/clock.ts'

/** A round-trip time. */
export interface Latency {
  /** Milliseconds, at most. */
  ms: number

  /** How much shorter it may have been because this process was busy when the answer arrived, in milliseconds. */
  errorMs: number
}

/** The shorter of two latencies. */
export function least (a: Latency | undefined, b: Latency | undefined): Latency | undefined {
  return a === undefined || (b !== undefined && b.ms < a.ms) ? b : a
}

/** Time from a send until the data of the running socket callback arrived. */
export function sinceSent (clock: Clock, sentMs: number): Latency {
  const { fromMs, byMs } = clock.loop?.arrived() ?? now(clock)
  const ms = Math.max(0, byMs - sentMs)

  return { ms, errorMs: Math.min(ms, byMs - fromMs) }
}

/**
 * Measures an operation of a library: the result returns the time since the start. We do not know when the library
 * received the answer, only how long the event loop was busy.
 */
export function stopwatch (clock: Clock): () => Latency {
  const startedMs = clock.monotonic()
  const waitedMs = clock.loop?.waitedMs() ?? 0

  return () => {
    const ms = clock.monotonic() - startedMs

    return { ms, errorMs: clock.loop === undefined ? 0 : Math.min(ms, Math.max(0, ms - (clock.loop.waitedMs() - waitedMs))) }
  }
}

function now (clock: Clock): { fromMs: number, byMs: number } {
  const ms = clock.monotonic()

  return { fromMs: ms, byMs: ms }
}
