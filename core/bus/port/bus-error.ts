import { errorText, isProbeError, ProbeError } from '../../errors.ts'
import { sqliteFault } from '../../files/sqlite.ts'

/** Converts a failure of the embedded log's file to the error of the port; returns other errors unchanged. */
export function asBusError (err: unknown, path: string): unknown {
  const fault = sqliteFault(err)

  if (fault === undefined) {
    return err
  }
  if (fault === 'closed') {
    return new ProbeError('PP_BUS_CLOSED', 'the embedded log is closed', { cause: err })
  }

  return new ProbeError(fault === 'file' ? 'PP_FILE_UNUSABLE' : 'PP_BUS_UNAVAILABLE', `embedded log ${path}: ${errorText(err)}`, { cause: err, details: { path, busy: fault === 'busy' } })
}

/** Whether a call failed only because another process was writing: a retry helps. */
export function isBusy (err: unknown): boolean {
  return isProbeError(err, 'PP_BUS_UNAVAILABLE') && err.details['busy'] === true
}
