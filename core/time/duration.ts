import { z } from 'zod'

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const
const DURATION = /^([0-9]{1,9})(ms|s|m|h)$/

/** A duration such as `250ms`, `15s`, `10m`, `1h`. It stays text in resources and files; see {@link toMilliseconds}. */
export const DurationText = z.string().regex(DURATION, 'must be a duration such as 250ms, 15s, 10m or 1h').max(12)

/** Milliseconds of a {@link DurationText}. */
export function toMilliseconds (text: string): number {
  const [, count, unit] = DURATION.exec(text) ?? []

  if (count === undefined) {
    throw new TypeError(`not a duration: ${text}`)
  }

  return Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS]
}

/** Formats a duration for people: `840 ms`, `3.2 s`, `4 min 05 s`, `2 h 03 min`. */
export function formatMilliseconds (ms: number): string {
  const seconds = Math.round(ms / 1_000)

  if (ms < 1_000) {
    return `${String(Math.round(ms))} ms`
  }
  if (ms < 60_000) {
    return `${(ms / 1_000).toFixed(1)} s`
  }
  if (seconds < 3_600) {
    return `${String(Math.floor(seconds / 60))} min ${pad(seconds % 60)} s`
  }
  return `${String(Math.floor(seconds / 3_600))} h ${pad(Math.floor(seconds / 60) % 60)} min`
}

function pad (n: number): string {
  return String(n).padStart(2, '0')
}
