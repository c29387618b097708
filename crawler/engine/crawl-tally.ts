import { isContacted, isDhtServer } from '../../core/contracts/outcome.ts'
import type { CrawlTotals } from '../../core/contracts/crawl.ts'
import type { Outcome } from '../../core/contracts/outcome.ts'

/** Most visits of uncontacted peers that one crawl publishes, so that invented peers cannot fill the database. */
export const MAX_UNCONTACTED_PUBLISHED = 50_000

/** Counts the peers of one crawl by outcome. Each peer counts once, by its last visit. */
export class CrawlTally {
  readonly #outcomes = new Map<Outcome, number>()
  #visits = 0
  #uncontactedPublished = 0
  #unpublished = 0

  /** Completed visits; a peer visited twice counts twice. */
  get visits (): number {
    return this.#visits
  }

  /** Counts a visit of a peer. @param before outcome of the peer's earlier visit, if any */
  count (outcome: Outcome, before: Outcome | undefined): void {
    this.#visits++
    this.#add(outcome, 1)

    if (before !== undefined) {
      this.#add(before, -1)
    }
  }

  /** Decides whether the visit is published; counts unpublished visits. */
  admits (outcome: Outcome): boolean {
    if (isContacted(outcome)) {
      return true
    }
    if (this.#uncontactedPublished < MAX_UNCONTACTED_PUBLISHED) {
      this.#uncontactedPublished++
      return true
    }

    this.#unpublished++
    return false
  }

  /** Peers by outcome; outcomes without peers are left out. */
  byOutcome (): Partial<Record<Outcome, number>> {
    return Object.fromEntries([...this.#outcomes].filter(([, count]) => count > 0))
  }

  totals ({ discovered, refusedPeers }: Pick<CrawlTotals, 'discovered' | 'refusedPeers'>): CrawlTotals {
    return {
      discovered,
      refusedPeers,
      visited: this.#sum(() => true),
      contacted: this.#sum(isContacted),
      dhtServers: this.#sum(outcome => isDhtServer(outcome) === true),
      unpublished: this.#unpublished,
      outcomes: this.byOutcome()
    }
  }

  #add (outcome: Outcome, n: number): void {
    this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + n)
  }

  #sum (counts: (outcome: Outcome) => boolean): number {
    return [...this.#outcomes].reduce((sum, [outcome, count]) => counts(outcome) ? sum + count : sum, 0)
  }
}
