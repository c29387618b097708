import { InvalidArgumentError } from 'commander'
import { DurationText, toMilliseconds } from '../../../core/time/duration.ts'

// Timers of a JavaScript process end at 2^31 ms; a day is more than anybody waits.
const MAX_MS = 86_400_000

/**
 * Reads how long something may take, in milliseconds.
 *
 * @throws InvalidArgumentError which commander shows with the name of the option
 */
export function timeLimit (text: string): number {
  const ms = DurationText.safeParse(text).success ? toMilliseconds(text) : NaN

  if (!(ms > 0 && ms <= MAX_MS)) {
    throw new InvalidArgumentError('must be a duration from 1ms to 24h, such as 90s or 10m.')
  }

  return ms
}
