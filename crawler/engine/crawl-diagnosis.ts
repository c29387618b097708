// Explains a crawl that found nothing, or only a part of the network: numbers alone would look like a small network.
import { isContacted } from '../../core/contracts/outcome.ts'
import { ERRORS } from '../../core/errors.ts'
import { escapeControlChars } from '../../core/text/escape-control-chars.ts'
import { isLan } from '../dht/kad-names.ts'
import type { CrawlFinding } from '../../core/contracts/crawl.ts'
import type { Outcome } from '../../core/contracts/outcome.ts'
import type { CrawlReport } from './crawl-report.ts'
import type { ListedCount } from './frontier/unqueried-peers.ts'

/** The diagnosis of a crawl. */
export interface Diagnosis {
  /** Why it found nothing useful. */
  problem?: CrawlFinding

  /** Which part of the network it missed. */
  warning?: CrawlFinding
}

/** Error codes of findings about crawls. */
export const CRAWL_FINDING_CODES = ['PP_NO_BOOTSTRAP', 'PP_NO_DHT_SERVER', 'PP_OTHER_PROTOCOLS'] as const

/** Protocols listed in a message. */
const MAX_NAMED = 5

/** Characters of a protocol shown in a message. */
const MAX_SHOWN = 80

/** Share of contacted peers with other protocols that causes a warning. Every network has a few such peers. */
const WORTH_A_WARNING = 0.05

/** Outcomes caused by the scan's own settings, not by the network connection. */
const OUR_OWN: ReadonlySet<Outcome> = new Set(['filtered', 'unsupported-transport', 'no-dialable-address'])

/** Returns what is wrong with a crawl, if anything. */
export function diagnose (report: CrawlReport, network: string): Diagnosis {
  const { end, totals, kad } = report

  if (end === 'aborted') {
    return {}
  }
  if (totals.contacted === 0) {
    return { problem: noBootstrap(report, network) }
  }
  if (kad === undefined) {
    return {}
  }
  if (totals.dhtServers === 0 && kad.answering === 0) {
    return { problem: noServer(report, network) }
  }

  const { wide } = kad.others

  return wide > 0 && wide >= totals.contacted * WORTH_A_WARNING ? { warning: otherProtocols(report) } : {}
}

function noBootstrap ({ totals }: CrawlReport, network: string): CrawlFinding {
  const outcomes = Object.entries(totals.outcomes).filter(([, n]) => n > 0) as [Outcome, number][]
  const isOurs = outcomes.length > 0 && outcomes.every(([outcome]) => OUR_OWN.has(outcome))
  const tried = totals.visited === 0 ? 'none of their names resolved' : textOf(outcomes)
  const action = isOurs
    ? 'None of their addresses may be dialled: change `addresses.policy` or `addresses.deny` of the scan, or give `bootstrapPeers` with other addresses or transports.'
    : ERRORS.PP_NO_BOOTSTRAP.action

  return { code: 'PP_NO_BOOTSTRAP', message: `no bootstrap peer of network ${network} could be contacted (${tried}). ${action}` }
}

function noServer ({ totals, kad, distributions }: CrawlReport, network: string): CrawlFinding {
  const { spoken = [], others } = kad ?? {}
  const who = `none of the ${String(totals.contacted)} peers of network ${network} that were contacted`
  const what = spoken.length === 0 ? 'lists a DHT protocol that could be learnt' : `serves ${named(spoken)}`
  const listed = others !== undefined && others.counts.length > 0
    ? `they list ${counted(others.counts)}`
    : `they list no DHT protocol, ${anything(distributions.protocols.top, totals.outcomes)}`

  return { code: 'PP_NO_DHT_SERVER', message: `${who} ${what}; ${listed}. ${ERRORS.PP_NO_DHT_SERVER.action}` }
}

function anything (top: readonly { value: string, count: number }[], outcomes: CrawlReport['totals']['outcomes']): string {
  return top.length > 0
    ? `but ${counted(top.map(({ value, count }) => ({ protocol: value, peers: count })))}`
    : `nor anything else (${textOf((Object.entries(outcomes) as [Outcome, number][]).filter(([outcome]) => isContacted(outcome)))})`
}

function otherProtocols ({ totals, kad }: CrawlReport): CrawlFinding {
  const { spoken = [], others = { wide: 0, counts: [] } } = kad ?? {}
  const share = `${String(others.wide)} of the ${String(totals.contacted)} peers that were contacted`

  const listed = counted(others.counts.filter(({ protocol }) => !isLan(protocol)))

  return { code: 'PP_OTHER_PROTOCOLS', message: `${share} serve none of ${named(spoken)}, but list ${listed}. ${ERRORS.PP_OTHER_PROTOCOLS.action}` }
}

function textOf (outcomes: readonly [Outcome, number][]): string {
  return outcomes.map(([outcome, n]) => `${String(n)} ${outcome}`).join(', ')
}

function counted (counts: readonly ListedCount[]): string {
  return bounded(counts.map(({ protocol, peers }) => `${shown(protocol)} (${String(peers)})`))
}

function named (protocols: readonly string[]): string {
  return bounded(protocols.map(shown))
}

function bounded (texts: readonly string[]): string {
  return [...texts.slice(0, MAX_NAMED), ...texts.length > MAX_NAMED ? [`${String(texts.length - MAX_NAMED)} more`] : []].join(', ')
}

/** Remote peers choose protocol names: escape and shorten them. */
function shown (protocol: string): string {
  const text = escapeControlChars(protocol.slice(0, MAX_SHOWN))

  return text.length < protocol.length || text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text
}
