import { ProbeError } from '../../core/errors.ts'
import type { GroupTarget } from '../../core/bus/port/event-bus.ts'

/** The options that set the position of a group. */
export interface TargetOptions {
  toEarliest?: boolean
  toLatest?: boolean

  /** A point in time, RFC 3339. */
  toDatetime?: string
}

// A time without a zone would depend on the machine's zone.
const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/i

/** The position that the options ask for. @throws ProbeError `PP_CONFIG_INVALID` when they ask for none, for several, or for no valid time */
export function targetOf ({ toEarliest = false, toLatest = false, toDatetime }: TargetOptions): GroupTarget {
  if (Number(toEarliest) + Number(toLatest) + Number(toDatetime !== undefined) !== 1) {
    throw new ProbeError('PP_CONFIG_INVALID', 'give exactly one of --to-earliest, --to-latest and --to-datetime')
  }
  if (toDatetime === undefined) {
    return toEarliest ? 'earliest' : 'latest'
  }

  const atMs = RFC_3339.test(toDatetime) ? Date.parse(toDatetime) : Number.NaN

  if (Number.isNaN(atMs)) {
    throw new ProbeError('PP_CONFIG_INVALID', '--to-datetime: must be a time such as 2026-01-31T08:00:00Z')
  }

  return { atMs }
}
