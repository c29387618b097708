// Both crawls are read in the order of their peers, side by side: a comparison of any size takes the memory of two pages and
// of the agent versions.
import type { ContactedPeer } from './contacted-peers.ts'

/** A peer that only one of two crawls contacted. */
export interface ChangedPeer {
  change: 'entered' | 'left'
  nodeId: string
  agentVersion: string
}

/** An agent version that only one of two crawls met. */
export interface ChangedAgent {
  change: 'new-agent' | 'gone-agent'
  agentVersion: string
  peers: number
}

/** Agent versions that are counted; peers can invent any number of them. */
const MAX_AGENTS = 10_000

/** Compares two crawls. */
export class CrawlComparison {
  /** Peers that both crawls contacted. */
  stayed = 0

  /** Whether there were more agent versions than are counted. */
  isCut = false

  readonly #agents = new Map<string, { before: number, after: number }>()

  /** The peers that entered and left, in the order of the database. Read them all before {@link agents}. */
  async* changes (before: AsyncIterable<ContactedPeer>, after: AsyncIterable<ContactedPeer>): AsyncGenerator<ChangedPeer> {
    const [olds, news] = [before[Symbol.asyncIterator](), after[Symbol.asyncIterator]()]
    let [old, fresh] = [await next(olds), await next(news)]

    while (old !== undefined || fresh !== undefined) {
      const order = orderOf(old, fresh)
      const [leaves, enters] = [order <= 0 ? old : undefined, order >= 0 ? fresh : undefined]
      this.#count(leaves, enters)

      if (order === 0) {
        this.stayed++
      } else {
        yield* [...changesOf(leaves, 'left'), ...changesOf(enters, 'entered')]
      }

      old = order <= 0 ? await next(olds) : old
      fresh = order >= 0 ? await next(news) : fresh
    }
  }

  /** The agent versions that only one crawl met, those of most peers first. */
  agents (): ChangedAgent[] {
    const changed = [...this.#agents].flatMap(([agentVersion, { before, after }]): ChangedAgent[] =>
      before === 0
        ? [{ change: 'new-agent', agentVersion, peers: after }]
        : after === 0 ? [{ change: 'gone-agent', agentVersion, peers: before }] : [])

    return changed.sort((a, b) => b.peers - a.peers || (a.agentVersion < b.agentVersion ? -1 : 1))
  }

  #count (old: ContactedPeer | undefined, fresh: ContactedPeer | undefined): void {
    if (old !== undefined) {
      this.#add(old.agentVersion, 'before')
    }
    if (fresh !== undefined) {
      this.#add(fresh.agentVersion, 'after')
    }
  }

  #add (agentVersion: string, crawl: 'before' | 'after'): void {
    const counts = this.#agents.get(agentVersion) ?? { before: 0, after: 0 }

    if (agentVersion === '' || (counts.before + counts.after === 0 && this.#agents.size >= MAX_AGENTS)) {
      this.isCut ||= agentVersion !== ''
    } else {
      counts[crawl]++
      this.#agents.set(agentVersion, counts)
    }
  }
}

// Negative: only the crawl before has the next peer; positive: only the crawl after; 0: both.
function orderOf (old: ContactedPeer | undefined, fresh: ContactedPeer | undefined): number {
  return (old?.key ?? Infinity) - (fresh?.key ?? Infinity)
}

function changesOf (peer: ContactedPeer | undefined, change: ChangedPeer['change']): ChangedPeer[] {
  return peer === undefined ? [] : [{ change, nodeId: peer.nodeId, agentVersion: peer.agentVersion }]
}

async function next (peers: AsyncIterator<ContactedPeer, unknown>): Promise<ContactedPeer | undefined> {
  const result = await peers.next()

  return result.done === true ? undefined : result.value
}
