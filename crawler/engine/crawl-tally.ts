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
    return present(this.#outcomes)
  }

  /** The totals. @param leftOut outcomes of peers that are not part of them */
  totals ({ discovered, refusedPeers }: Pick<CrawlTotals, 'discovered' | 'refusedPeers'>, leftOut: readonly Outcome[] = []): CrawlTotals {
    const outcomes = new Map(this.#outcomes)

    for (const outcome of leftOut) {
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) - 1)
    }

    return {
      discovered,
      refusedPeers,
      visited: sum(outcomes, () => true),
      contacted: sum(outcomes, isContacted),
      dhtServers: sum(outcomes, outcome => isDhtServer(outcome) === true),
      unpublished: this.#unpublished,
      outcomes: present(outcomes)
    }
  }

  #add (outcome: Outcome, n: number): void {
    this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + n)
  }
}

function present (outcomes: ReadonlyMap<Outcome, number>): Partial<Record<Outcome, number>> {
  return Object.fromEntries([...outcomes].filter(([, count]) => count > 0))
}

function sum (outcomes: ReadonlyMap<Outcome, number>, counts: (outcome: Outcome) => boolean): number {
  return [...outcomes].reduce((total, [outcome, count]) => counts(outcome) ? total + count : total, 0)
}
