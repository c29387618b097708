import type { Standstill } from '../../../core/time/standstill.ts'

/** A process that never stands still. */
export const NO_STANDSTILL: Standstill = { lostMs: 0, times: 0 }
