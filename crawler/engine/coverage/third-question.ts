// Whether a crawl asks every peer for a second bucket. The two limits are apart, and the way back takes three crawls:
// a coverage close to a limit must not switch the question on and off.
import type { Coverage } from '../../../core/contracts/coverage.ts'

/** Whether the next crawl asks every peer a third question, and how long it has not been needed. */
export interface ThirdQuestion {
  isAsked: boolean

  /** Crawls in a row above the upper limit. */
  goodCrawls: number
}

/** Before the first crawl. */
export const TWO_QUESTIONS: ThirdQuestion = { isAsked: false, goodCrawls: 0 }

const ASK_BELOW = 0.99
const ENOUGH_ABOVE = 0.995
const ENOUGH_CRAWLS = 3

/** What follows from a crawl. Without an estimate nothing changes. */
export function nextThirdQuestion (before: ThirdQuestion, coverage: Pick<Coverage, 'share'> | undefined): ThirdQuestion {
  if (coverage === undefined) {
    return before
  }
  if (!before.isAsked) {
    return coverage.share < ASK_BELOW ? { isAsked: true, goodCrawls: 0 } : TWO_QUESTIONS
  }

  const goodCrawls = coverage.share > ENOUGH_ABOVE ? before.goodCrawls + 1 : 0

  return goodCrawls >= ENOUGH_CRAWLS ? TWO_QUESTIONS : { isAsked: true, goodCrawls }
}
