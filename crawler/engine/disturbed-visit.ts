// Decides about a visit during which this process stood still. A complete result is kept. An incomplete one says
// nothing about the peer: remotes close connections that fall silent, and our own timers expired meanwhile.
import type { VisitResult } from '../visit/visitor.ts'

/** Most repeated visits of a peer in one crawl: the crawl of a permanently throttled process must end too. */
export const MAX_REPEATS = 2

/** Whether a standstill may have made a visit's result incomplete. */
export function mayBeIncomplete ({ outcome, attempts, routingTable }: VisitResult): boolean {
  const isWhole = (outcome === 'ok' || outcome === 'identified') && (routingTable?.failed ?? 0) === 0

  return !isWhole || attempts.some(attempt => attempt.outcome === 'timeout')
}

/** The published result if the peer is not visited again: a timeout becomes `limit-exceeded`, since the fault is ours. */
export function excused (report: VisitResult, lostMs: number): VisitResult {
  const { attempts, ...visit } = withoutLatency(report, lostMs)
  const isTimeout = visit.outcome === 'timeout'

  return {
    ...visit,
    ...isTimeout && { outcome: 'limit-exceeded', detail: `this process stood still for ${(lostMs / 1_000).toFixed(1)} s during the visit` },
    attempts: attempts.map(attempt => attempt.outcome === 'timeout' ? { ...attempt, outcome: 'limit-exceeded' } : attempt)
  }
}

/** Removes a round trip that may include the standstill. */
function withoutLatency (report: VisitResult, lostMs: number): VisitResult {
  if ((report.latencyMs ?? 0) < lostMs) {
    return report
  }

  const measured = { ...report }
  delete measured.latencyMs
  delete measured.latencyErrorMs

  return measured
}
