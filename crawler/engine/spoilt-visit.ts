// What to make of a visit during which this process stood still. What came is kept where it is all; else nothing of it
// says anything of the peer: remotes hang up on those who fall silent, and our own timers ran out without them.
import type { VisitResult } from '../visit/visitor.ts'

/** How often a peer is visited again because of us, in one crawl: a process that is throttled for good must come to an end. */
export const MAX_REPEATS = 2

/** Whether a visit lacks anything that a standstill may have cost it. */
export function isSpoilt ({ outcome, attempts, routingTable }: VisitResult): boolean {
  const isWhole = (outcome === 'ok' || outcome === 'identified') && (routingTable?.failed ?? 0) === 0

  return !isWhole || attempts.some(attempt => attempt.outcome === 'timeout')
}

/** The result that is published when the peer is not visited again: our time ran out, not the peer's. */
export function excused (report: VisitResult, lostMs: number): VisitResult {
  const { attempts, ...visit } = withoutLatency(report, lostMs)
  const isTimeout = visit.outcome === 'timeout'

  return {
    ...visit,
    ...isTimeout && { outcome: 'limit-exceeded', detail: `this process stood still for ${(lostMs / 1_000).toFixed(1)} s during the visit` },
    attempts: attempts.map(attempt => attempt.outcome === 'timeout' ? { ...attempt, outcome: 'limit-exceeded' } : attempt)
  }
}

/** A round trip that is at least as long as the standstill may hold it. */
function withoutLatency (report: VisitResult, lostMs: number): VisitResult {
  if ((report.latencyMs ?? 0) < lostMs) {
    return report
  }

  const measured = { ...report }
  delete measured.latencyMs
  delete measured.latencyErrorMs

  return measured
}
