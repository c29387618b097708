// How many peers no answer mentioned, from how often the others were mentioned. The simple answer, the share of the
// peers mentioned by a sample that the crawl knew already, is too good: a sample finds well-known peers, and so did
// the crawl. Instead every peer is assumed to stand in an unknown number of tables, each of which was asked for the
// right bucket by chance. Peers mentioned once and twice then show how many were mentioned not at all (Chao 1987;
// profile likelihood of a population's size: Cormack 1992; mixture: Norris and Pollock 1998). ADR 24 has the figures.

/** A number of peers that no answer mentioned. */
export interface UnseenPeers {
  likely: number

  /** Bounds of the 95 % interval. */
  low: number
  high: number
}

/**
 * The fewest tables that a peer is assumed to stand in. A peer in a single table is found by so few crawls that one
 * peer of that kind would have to count for fifteen.
 */
const FEWEST_TABLES = 2

// A peer in more tables is practically always mentioned.
const MOST_TABLES = 300
const TABLES_STEP = 1.4

// More mentions than this count as one group.
const MOST_MENTIONS = 12

// Half the 95 % quantile of chi-squared with one degree of freedom.
const LOG_LIKELIHOOD_DROP = 1.92

// Beyond this drop, larger numbers are only less likely.
const HOPELESS_DROP = 8

// If everything was asked, a peer in two tables cannot be mentioned once: some chance remains, since tables change.
const MOST_ASKED = 0.99

const MAX_ROUNDS = 400
const ROUND_GAIN = 1e-4
const LEAST_WEIGHT = 1e-9

// Numbers of unseen peers that are tried: all small ones, then steps of 10 %.
const STEP = 1.1

/**
 * Estimates how many peers no answer mentioned.
 *
 * @param peersByMentions number of peers that were mentioned once, twice, and so on, from index 1
 * @param askedShare share of all buckets of all tables that were asked for, above 0, at most 1
 */
export function unseenPeers (peersByMentions: readonly number[], askedShare: number): UnseenPeers {
  const likelihood = new MentionLikelihood(peersByMentions, askedShare)
  const tried: { unseen: number, value: number }[] = []
  let best = { unseen: 0, value: -Infinity }

  for (let unseen = 0; unseen <= likelihood.most; unseen = Math.max(unseen + 1, Math.round(unseen * STEP))) {
    const one = { unseen, value: likelihood.of(unseen) }
    tried.push(one)
    best = one.value > best.value ? one : best

    if (one.value < best.value - HOPELESS_DROP) {
      break
    }
  }

  const isPlausible = ({ value }: { value: number }): boolean => value >= best.value - LOG_LIKELIHOOD_DROP

  // A bound lies between two numbers that were tried: the outer one is taken.
  return {
    likely: best.unseen,
    low: tried[Math.max(0, tried.findIndex(isPlausible) - 1)]?.unseen ?? 0,
    high: tried[Math.min(tried.length - 1, tried.findLastIndex(isPlausible) + 1)]?.unseen ?? 0
  }
}

/** The likelihood of a number of unseen peers, under the mixture of numbers of tables that fits it best. */
class MentionLikelihood {
  /** The largest number of unseen peers that is worth trying. */
  readonly most: number

  readonly #peers: Float64Array
  readonly #mentioned: number

  /** For each number of tables, the chance of each number of mentions; the last is that of more than MOST_MENTIONS. */
  readonly #chances: readonly Float64Array[]

  constructor (peersByMentions: readonly number[], askedShare: number) {
    const asked = Math.min(askedShare, MOST_ASKED)
    this.#chances = tableCounts().map(tables => chancesOf(tables, asked))
    this.#peers = new Float64Array(MOST_MENTIONS + 2)
    peersByMentions.forEach((count, mentions) => {
      const group = Math.min(mentions, MOST_MENTIONS + 1)
      this.#peers[group] = mentions === 0 ? 0 : (this.#peers[group] ?? 0) + count
    })
    this.#mentioned = this.#peers.reduce(add, 0)
    this.most = Math.ceil(5 * (1 - askedShare) / askedShare * (this.#mentioned + 2))
  }

  /** Logarithm of the likelihood. Fits the mixture by expectation maximisation. */
  of (unseen: number): number {
    const total = this.#mentioned + unseen
    const weights = new Float64Array(this.#chances.length).fill(1 / this.#chances.length)
    this.#peers[0] = unseen
    let value = 0

    for (let round = 0, before = -Infinity; round < MAX_ROUNDS && total > 0; round++) {
      value = this.#improve(weights, total)

      if (value - before < ROUND_GAIN) {
        break
      }

      before = value
    }

    return value + logFactorial(total) - logFactorial(unseen)
  }

  /** One round: sets the weights to the expected shares, and returns the likelihood of those before. */
  #improve (weights: Float64Array, total: number): number {
    const next = new Float64Array(weights.length)
    let value = 0

    for (const [mentions, count] of this.#peers.entries()) {
      const parts = count === 0 ? [] : this.#chances.map((chances, i) => (weights[i] ?? 0) * (chances[mentions] ?? 0))
      const whole = parts.reduce(add, 0)
      value += count === 0 ? 0 : count * Math.log(whole)

      for (const [i, part] of parts.entries()) {
        next[i] = (next[i] ?? 0) + count * part / whole
      }
    }

    weights.forEach((_, i) => {
      weights[i] = Math.max((next[i] ?? 0) / total, LEAST_WEIGHT)
    })

    return value
  }
}

function tableCounts (): number[] {
  const counts: number[] = []

  for (let tables = FEWEST_TABLES; tables <= MOST_TABLES; tables = Math.max(tables + 1, Math.round(tables * TABLES_STEP))) {
    counts.push(tables)
  }

  return counts
}

/** The binomial distribution of mentions of a peer in so many tables; one number for all above MOST_MENTIONS. */
function chancesOf (tables: number, askedShare: number): Float64Array {
  const chances = new Float64Array(MOST_MENTIONS + 2)
  const most = Math.min(tables, MOST_MENTIONS)

  for (let mentions = 0; mentions <= most; mentions++) {
    const ways = logFactorial(tables) - logFactorial(mentions) - logFactorial(tables - mentions)
    chances[mentions] = Math.exp(ways + power(mentions, askedShare) + power(tables - mentions, 1 - askedShare))
  }

  chances[MOST_MENTIONS + 1] = Math.max(0, 1 - chances.reduce(add, 0))

  return chances
}

function power (times: number, chance: number): number {
  return times === 0 ? 0 : times * Math.log(chance)
}

function add (all: number, value: number): number {
  return all + value
}

/** Logarithm of n!, by Stirling's series above 20. */
function logFactorial (n: number): number {
  if (n <= 20) {
    return Math.log(Array.from({ length: n }, (_, i) => i + 1).reduce((product, factor) => product * factor, 1))
  }

  return n * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI * n) + 1 / (12 * n) - 1 / (360 * n ** 3)
}
