import type { Standstill } from '../../../core/time/standstill.ts'

/** A process that runs all the time. */
export const NEVER_STILL: Standstill = { lostMs: 0, times: 0 }
