// Which of a peer's failures count. One dial in a hundred fails though the peer is there, so a crawl checks each failure. When
// more peers fail than it may check, it leaves some out and counts them: a lone failure of such a crawl is no evidence until
// another failure follows.
import { isContacted, OUTCOMES } from '../../../core/contracts/outcome.ts'
import { isTooLong } from './crawl-timeline.ts'
import type { Outcome } from '../../../core/contracts/outcome.ts'

type Evidence = 'present' | 'absent' | 'none'

/** What an outcome shows about the peer. Where nothing was sent to it, the outcome says something about us, or about what we knew. */
export function evidenceOf (outcome: Outcome): Evidence {
  if (isContacted(outcome)) {
    return 'present'
  }

  return OUTCOMES[outcome].stage >= 1 ? 'absent' : 'none'
}

/** A visit that tells whether the peer was there. */
export interface Seen {
  atMs: number

  /** Scan and crawl as one text. */
  crawl: string

  /** Interval of the scan at the crawl, in milliseconds. */
  intervalMs: number | undefined
}

/** A failed visit that may show absence. */
export interface Failure extends Seen {
  outcome: Outcome

  /** Whether its crawl left confirmations out. */
  isUnchecked: boolean
}

/**
 * The failure that ends a session: of a crawl that contacted the peer neither before nor after it. It is decided by the visits up
 * to it, so that a later derivation need not look at it again.
 *
 * @param failures since the last contact, oldest first
 * @param crawls those of the last contact and of the next one
 */
export function endAmong (failures: readonly Failure[], crawls: readonly (string | undefined)[]): Failure | undefined {
  return failures.filter(({ crawl }) => !crawls.includes(crawl)).find(({ isUnchecked }, i) => !isUnchecked || i > 0)
}

/**
 * The last failure that shows absence before a first contact. The dial right before the contact may have failed though the peer
 * was there: nothing confirmed it. Then the failure before it counts, which it confirms.
 *
 * @param endMs the failure that ended the session before
 */
export function absenceBefore (seen: Seen, failures: readonly Failure[], endMs: number | undefined): Failure | undefined {
  const others = failures.filter(({ crawl }) => crawl !== seen.crawl)
  const last = others.at(-1)

  if (last === undefined) {
    return undefined
  }

  const isConfirmed = last.atMs === endMs || others.filter(({ crawl }) => crawl === last.crawl).length > 1
  const isApart = isTooLong(seen.atMs - last.atMs, [last.intervalMs, seen.intervalMs])

  return isConfirmed || isApart ? last : others.findLast(({ crawl }) => crawl !== last.crawl)
}
