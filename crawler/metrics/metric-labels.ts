import { isContacted, OUTCOME_NAMES } from '../../core/contracts/outcome.ts'
import { TRANSPORTS } from '../../core/contracts/visit.ts'
import { oneOf } from '../../core/metrics/metric-definition.ts'

/** Labels that several metrics of the crawler have. */
export const LABELS = {
  outcome: { values: 'the [outcomes](outcomes.md)', atMost: OUTCOME_NAMES.length },
  transport: oneOf(TRANSPORTS),
  transportOrNone: oneOf([...TRANSPORTS, 'none'])
}

// Where nobody was contacted there is no connection.
const CONTACTED = OUTCOME_NAMES.filter(isContacted).length

/** Pairs of an outcome and {@link LABELS}`.transportOrNone` that there can be. */
export const OUTCOMES_BY_TRANSPORT = CONTACTED * (TRANSPORTS.length + 1) + OUTCOME_NAMES.length - CONTACTED

/** Why there is nothing yet to say of a crawl. */
export const AFTER_A_CRAWL = 'absent until a crawl has ended that was not aborted'
