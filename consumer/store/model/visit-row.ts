// From one visit message to its row: texts made safe and cut to their columns, lists sorted so that equal sets have
// equal hashes.
import { hash } from 'node:crypto'
import { isContacted, isIdentified } from '../../../core/contracts/outcome.ts'
import { PLACE_LIMITS } from '../../../core/contracts/place.ts'
import type { Outcome } from '../../../core/contracts/outcome.ts'
import type { Visit } from '../../../core/contracts/visit.ts'
import type { TextFitter } from './safe-text.ts'

/** Maximum number of characters of columns for texts of peers. */
const COLUMN_LIMITS = { agentVersion: 255, protocolVersion: 64, detail: 256 } as const

/** A set of texts as one value. */
export class TextSet {
  /** The texts, sorted and without duplicates, as a JSON array. */
  readonly json: string

  /** First 16 bytes of SHA-256 of `json`, in hex. */
  readonly hash: string

  constructor (sorted: readonly string[]) {
    this.json = JSON.stringify(sorted)
    this.hash = hash('sha256', this.json, 'hex').slice(0, 32)
  }
}

/** A place as stored: what is not known is an empty text, or 0 for the number. */
export interface VisitPlace { country: string, asn: number, organisation: string, cloud: string, source: string }

/** A visit as stored. */
export interface VisitRow {
  crawlId: number
  scan: string
  network: string
  vantage: string
  nodeId: string
  source: string
  attempt: number
  startedAtMs: number
  durationMs: number
  outcome: Outcome
  discoveryType: string
  lane: string | null
  detail: string | null

  /** The connection, where the peer was reached. */
  connection: { address: string, transport: string, security: string, muxer: string, limited: boolean } | null

  /** What the peer reported about itself, where it was identified. */
  identity: { agentVersion: string | null, protocolVersion: string | null, listenAddresses: readonly string[], addresses: TextSet, protocols: TextSet } | null

  /** Where the address that answered is, if it was looked up. */
  place: VisitPlace | null

  latencyMs: number | null
  latencyErrorMs: number | null
  table: { queries: number, failed: number, peers: number } | null
}

/** The row of one visit. Fields that contradict the visit's outcome are left out: a refused visit has no connection. */
export function visitRowOf (visit: Visit, fitter: TextFitter): VisitRow {
  return {
    crawlId: visit.crawlId,
    scan: visit.scan,
    network: fitter.fit(visit.network, 64),
    vantage: fitter.fit(visit.vantage ?? '', 64),
    nodeId: visit.nodeId,
    source: visit.source,
    attempt: visit.attempt,
    startedAtMs: Date.parse(visit.startedAt),
    durationMs: Math.round(visit.durationMs),
    outcome: visit.outcome,
    discoveryType: visit.discoveryType,
    lane: visit.lane ?? null,
    detail: visit.detail === undefined ? null : fitter.fit(visit.detail, COLUMN_LIMITS.detail),
    connection: isContacted(visit.outcome) ? connectionOf(visit, fitter) : null,
    identity: isIdentified(visit.outcome) ? identityOf(visit, fitter) : null,
    place: placeOf(visit, fitter),
    latencyMs: visit.latencyMs ?? null,
    latencyErrorMs: visit.latencyMs === undefined ? null : visit.latencyErrorMs ?? null,
    table: visit.routingTable ?? null
  }
}

function connectionOf ({ nodeId, connection }: Visit, fitter: TextFitter): VisitRow['connection'] {
  return connection === undefined
    ? null
    : {
        address: ownAddress(connection.address, nodeId, fitter),
        transport: connection.transport,
        security: fitter.fit(connection.security ?? '', 64),
        muxer: fitter.fit(connection.muxer ?? '', 64),
        limited: connection.limited
      }
}

function placeOf ({ outcome, place }: Visit, fitter: TextFitter): VisitPlace | null {
  return place === undefined || !isContacted(outcome)
    ? null
    : {
        country: place.country ?? '',
        asn: place.asn ?? 0,
        organisation: fitter.fit(place.organisation ?? '', PLACE_LIMITS.organisation),
        cloud: fitter.fit(place.cloud ?? '', PLACE_LIMITS.cloud),
        source: fitter.fit(place.source, PLACE_LIMITS.source)
      }
}

function identityOf ({ nodeId, identify }: Visit, fitter: TextFitter): VisitRow['identity'] {
  if (identify === undefined) {
    return null
  }

  const { agentVersion, protocolVersion, listenAddresses, protocols } = identify
  const addresses = sortedSet(listenAddresses.map(address => ownAddress(address, nodeId, fitter)))

  return {
    agentVersion: agentVersion === undefined ? null : fitter.fit(agentVersion, COLUMN_LIMITS.agentVersion),
    protocolVersion: protocolVersion === undefined ? null : fitter.fit(protocolVersion, COLUMN_LIMITS.protocolVersion),
    listenAddresses: addresses,
    addresses: new TextSet(addresses),
    protocols: new TextSet(sortedSet(protocols.map(protocol => fitter.fit(protocol, 256))))
  }
}

/** An address of a peer without `/p2p/<its own id>` at its end, which only some peers append. */
function ownAddress (address: string, nodeId: string, fitter: TextFitter): string {
  const suffix = `/p2p/${nodeId}`

  return fitter.fit(address.endsWith(suffix) ? address.slice(0, -suffix.length) : address, 512)
}

function sortedSet (texts: readonly string[]): readonly string[] {
  const sorted = isStrictlyAscending(texts) ? texts : texts.toSorted()

  return isStrictlyAscending(sorted) ? sorted : [...new Set(sorted)]
}

function isStrictlyAscending (texts: readonly string[]): boolean {
  return texts.every((text, i) => i === 0 || (texts[i - 1] ?? '') < text)
}
