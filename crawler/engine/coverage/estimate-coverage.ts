import { unseenPeers } from './unseen-peers.ts'
import type { Coverage, CoverageGap } from '../../../core/contracts/coverage.ts'

/** The coverage of a crawl, or why there is none. */
export type CoverageResult = { coverage: Coverage, coverageGap?: never } | { coverage?: never, coverageGap: CoverageGap }

/** A wider interval says nothing: the coverage is not estimable. */
export const WIDEST_INTERVAL = 0.2

/** What a crawl counted. All peers are contactable. */
export interface CoverageCounts extends Pick<Coverage, 'mentioned' | 'found' | 'sampled' | 'questions'> {
  /** Peers contacted before the sample was asked. */
  before: number

  /** Peers contacted since then. */
  since: number

  /**
   * Peers by the number of answers that mentioned them, from index 1: those that the crawl did not start from, and that
   * no peer lists among its closest ones.
   */
  byMentions: readonly number[]

  /** Share of all buckets of all tables that were asked for, by the crawl and the sample. */
  askedShare: number
}

/**
 * Estimates the share of the contactable peers that were found before the sample was asked. Where the visits asked for
 * every bucket of every table, as in some crawls of a network of 20 peers, no question was left, and nothing was missed.
 */
export function estimateCoverage ({ before, since, byMentions, askedShare, ...counts }: CoverageCounts): CoverageResult {
  if (before === 0 || (counts.questions === 0 && askedShare < 1)) {
    return { coverageGap: 'no-answer' }
  }

  const unseen = unseenPeers(byMentions, askedShare)
  const shareIf = (more: number): number => before / (before + since + more)
  const [share, low, high] = [shareIf(unseen.likely), shareIf(unseen.high), shareIf(unseen.low)]

  return high - low > WIDEST_INTERVAL ? { coverageGap: 'too-few' } : { coverage: { share, low, high, ...counts } }
}
