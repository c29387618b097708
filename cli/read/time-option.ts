import { InvalidArgumentError } from 'commander'
import { systemClock } from '../../core/time/clock.ts'
import { DurationText, toMilliseconds } from '../../core/time/duration.ts'

// A time without a zone would depend on the machine's zone.
const RFC_3339 = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/i

/**
 * Reads a point in time, in epoch milliseconds: RFC 3339, a date (its beginning in UTC), or a duration before now.
 *
 * @throws InvalidArgumentError which commander shows with the name of the option
 */
export function pointInTime (text: string): number {
  const atMs = DurationText.safeParse(text).success ? systemClock.now() - toMilliseconds(text) : RFC_3339.test(text) ? Date.parse(text) : Number.NaN

  if (Number.isNaN(atMs)) {
    throw new InvalidArgumentError('must be a time such as 2026-01-31T08:00:00Z, a date, or how long ago, such as 24h.')
  }

  return atMs
}
