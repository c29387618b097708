// The visits of simulated peers, crawl by crawl, as consumers get them: peers that come and go, failing dials with their
// confirmations, gone peers that are still visited, lost and disturbed crawls (test/support/sessions/simulated-peers.ts).
import { crawlMessages, simulatedNodeId, visitMessages } from '../../../test/support/sessions/simulated-messages.ts'
import { simulateCrawls, simulatePeer } from '../../../test/support/sessions/simulated-peers.ts'
import type { StoreBatch } from '../../../consumer/store/model/node-store.ts'
import type { SimulatedPeer } from '../../../test/support/sessions/simulated-peers.ts'

/** The size of a load. */
export interface SessionLoadOptions {
  peers: number

  /** Visits of all crawls together, at least: the crawl that reaches the number is complete. */
  visits: number

  /** Time between two crawls in seconds. */
  intervalS: number

  /** Start of the first crawl in epoch seconds. */
  fromS: number
}

/** Simulated visits for each peer and crawl are fewer than one: gone peers are visited seldom. More crawls are simulated than needed. */
const FEWEST_VISITS = 0.4

type Visits = SimulatedPeer['visits']

/** Batches, one for each crawl, oldest first. */
export function* sessionLoad ({ peers, visits, intervalS, fromS }: SessionLoadOptions): Generator<StoreBatch> {
  const crawlCount = Math.ceil(visits / peers / FEWEST_VISITS) + 1
  const crawls = simulateCrawls({ fromS, hours: crawlCount * intervalS / 3_600, intervalS, seed: 1 })
  const visitsOf = Array.from({ length: peers }, (_, n) => simulatePeer(crawls, { seed: n + 1 }).visits)
  const next = new Uint32Array(peers)
  let sum = 0

  for (const crawl of crawls) {
    if (sum >= visits) {
      return
    }

    const batch = visitsOf.flatMap((list, n) => visitMessages(simulatedNodeId(n), { visits: takeCrawl(list, n, crawl.crawlId, next) }))
    sum += batch.length
    yield { visits: batch, crawls: crawlMessages(crawl) }
  }
}

// A peer's visits are in the order of the crawls.
function takeCrawl (visits: Visits, peer: number, crawlId: number, next: Uint32Array): Visits {
  const from = next[peer] ?? 0
  let to = from

  while (visits[to]?.crawlId === crawlId) {
    to++
  }
  next[peer] = to

  return visits.slice(from, to)
}
