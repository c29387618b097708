import { z } from 'zod'

/** Why a crawl has no coverage. */
export const COVERAGE_GAPS = {
  'not-asked': 'only a Census asks for it',
  'ended-early': 'the crawl ended before its sample was asked',
  'no-answer': 'no peer of the sample answered',
  'peer-limit': 'the crawl reached its `maxPeers`',
  'too-few': 'too few peers were mentioned to tell'
} as const satisfies Record<string, string>

/** One of {@link COVERAGE_GAPS}. */
export type CoverageGap = keyof typeof COVERAGE_GAPS

/** All gaps. */
export const COVERAGE_GAP_NAMES = Object.keys(COVERAGE_GAPS) as [CoverageGap, ...CoverageGap[]]

const Share = z.number().min(0).max(1)
const Count = z.int().min(0).max(4_294_967_295)

/** The share of the network that a crawl found, as estimated from a sample of further questions. */
export const Coverage = z.object({
  share: Share.describe('The most likely share of the contactable peers in at least two routing tables that the crawl had found before it asked the sample.'),
  low: Share.describe('Lower bound of the 95 % interval.'),
  high: Share.describe('Upper bound of the 95 % interval.'),
  mentioned: Count.describe('Contactable peers that the answers of the sample mentioned.'),
  found: Count.describe('Those of them that the crawl had found before. `found / mentioned` is higher than the share: a sample mentions well-known peers.'),
  sampled: Count.describe('Peers that were asked one more question.'),
  questions: Count.describe('Those of them that answered.')
})

/** {@inheritDoc Coverage} */
export type Coverage = z.output<typeof Coverage>
