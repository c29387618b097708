import { BoundedCache } from '../../../../core/limits/bounded-cache.ts'
import { keysOf, recordOf } from '../../../../core/record-keys.ts'
import { numberText } from '../server/sql-text.ts'
import { Dictionary, DICTIONARIES } from './dictionary.ts'
import type { TextSet, VisitRow } from '../../model/visit-row.ts'
import type { MysqlConnection } from '../server/connection.ts'
import type { KnownNumbers, Slot } from './dictionary.ts'

/** Columns of visit, in the order of {@link visitTuple}. */
export const VISIT_COLUMNS = [
  'crawl_id',
  'scan_id',
  'peer_id',
  'source_id',
  'attempt',
  'started_at',
  'outcome_id',
  'duration_ms',
  'discovery_id',
  'lane_id',
  'detail_id',
  'connection_id',
  'address_id',
  'agent_id',
  'address_set_id',
  'protocol_set_id',
  'place_id',
  'latency_us',
  'latency_error_us',
  'queries',
  'queries_failed',
  'peers_named'
] as const

const SECONDS_PER_DAY = 86_400

/** A visit with the numbers of its texts. */
export interface IdentifiedVisit {
  row: VisitRow
  scan: Slot
  peer: Slot
  source: Slot
  outcome: Slot
  discovery: Slot

  /** Lane, detail, connection, address, agent, address set, protocol set and place, if the visit has them. */
  optional: readonly (Slot | null)[]
}

/** Numbers of all dictionaries that committed transactions read or created. */
export type KnownIds = Readonly<Record<keyof typeof DICTIONARIES, KnownNumbers>>

/** An empty set of numbers. */
export function noKnownIds (): KnownIds {
  return ofEach(name => new BoundedCache(DICTIONARIES[name].remembered))
}

/** Finds the numbers of the texts in the visits of one batch. */
export class VisitIds {
  readonly #dictionaries: Readonly<Record<keyof typeof DICTIONARIES, Dictionary>>

  /** @param known shared by all concurrent batches */
  constructor (known: KnownIds) {
    this.#dictionaries = ofEach(name => new Dictionary(DICTIONARIES[name], known[name]))
  }

  /**
   * Finds or creates the numbers of all texts of the visits, within the caller's transaction.
   *
   * @param minDay rows last used before that day may have been removed, so that their remembered numbers are not used
   */
  async resolve (connection: MysqlConnection, rows: readonly VisitRow[], minDay: number): Promise<IdentifiedVisit[]> {
    for (const dictionary of this.#all()) {
      dictionary.trustFrom(minDay)
    }

    const visits = rows.map(row => this.#identify(row))
    await this.#lookUp(connection)
    await this.#insert(connection)
    await this.#lookUp(connection)
    await connection.run(this.#all().flatMap(dictionary => dictionary.touches()))

    return visits
  }

  /** Whether no visit of the peer was stored before this transaction. */
  isFreshPeer (nodeId: string): boolean {
    return this.#dictionaries.peer.isFresh(nodeId)
  }

  /** The transaction was committed: its numbers are remembered. */
  committed (): void {
    for (const dictionary of this.#all()) {
      dictionary.committed()
    }
  }

  #all (): Dictionary[] {
    return Object.values(this.#dictionaries)
  }

  #identify (row: VisitRow): IdentifiedVisit {
    const { word, scan, peer, detail } = this.#dictionaries
    const day = Math.floor(row.crawlId / SECONDS_PER_DAY)
    const scanKey = `${row.scan}\0${row.network}\0${row.vantage}`

    return {
      row,
      scan: scan.slot(scanKey, day) ?? scan.want({ key: scanKey, day, values: [row.scan, row.network, row.vantage] }),
      peer: textSlot(peer, row.nodeId, day),
      source: textSlot(word, row.source, day),
      outcome: textSlot(word, row.outcome, day),
      discovery: textSlot(word, row.discoveryType, day),
      optional: [
        row.lane === null ? null : textSlot(word, row.lane, day),
        row.detail === null ? null : textSlot(detail, row.detail, day),
        ...this.#slotsOfConnection(row, day),
        ...this.#slotsOfIdentity(row, day),
        this.#slotOfPlace(row, day)
      ]
    }
  }

  // NUL separates the texts in these keys: safeText has removed it from all of them.
  #slotsOfConnection ({ connection: found }: VisitRow, day: number): readonly (Slot | null)[] {
    if (found === null) {
      return NO_CONNECTION
    }

    const { connection, address } = this.#dictionaries
    const { transport, security, muxer, limited } = found
    const key = `${transport}\0${security}\0${muxer}\0${String(limited)}`

    return [
      connection.slot(key, day) ?? connection.want({ key, day, values: [transport, security, muxer, Number(limited)] }),
      textSlot(address, found.address, day)
    ]
  }

  #slotsOfIdentity ({ identity }: VisitRow, day: number): readonly (Slot | null)[] {
    if (identity === null) {
      return NO_IDENTITY
    }

    const { agent, addressSet, protocolSet } = this.#dictionaries
    const { agentVersion, protocolVersion, addresses, protocols } = identity
    const key = `${agentVersion ?? ''}\0${protocolVersion ?? ''}`

    return [
      agent.slot(key, day) ?? agent.want({ key, day, values: [agentVersion ?? '', protocolVersion ?? ''] }),
      setSlot(addressSet, addresses, day),
      setSlot(protocolSet, protocols, day)
    ]
  }

  #slotOfPlace ({ place: found }: VisitRow, day: number): Slot | null {
    if (found === null) {
      return null
    }

    const { place } = this.#dictionaries
    const { country, asn, organisation, cloud, source } = found
    const values = [country, asn, organisation, cloud, source]
    const key = values.join('\0')

    return place.slot(key, day) ?? place.want({ key, day, values })
  }

  async #lookUp (connection: MysqlConnection): Promise<void> {
    const lookUps = this.#all().flatMap(dictionary => dictionary.lookUps().map(statement => ({ dictionary, statement })))
    const results = await connection.run(lookUps.map(({ statement }) => statement))

    for (const [i, { dictionary }] of lookUps.entries()) {
      dictionary.found(results.slice(i, i + 1))
    }
  }

  async #insert (connection: MysqlConnection): Promise<void> {
    for (const dictionary of this.#all()) {
      const inserts = dictionary.inserts(connection.server)

      if (inserts.length > 0) {
        dictionary.inserted(await connection.run(inserts))
      }
    }
  }
}

const NO_CONNECTION = [null, null] as const
const NO_IDENTITY = [null, null, null] as const

/** Key of a visit in the database. */
export function visitKeyOf ({ row, scan, peer, source }: IdentifiedVisit): string {
  return `${String(row.crawlId)},${idText(scan)},${idText(peer)},${idText(source)},${String(row.attempt)}`
}

/** Row of a visit as a literal, in the order of {@link VISIT_COLUMNS}. */
export function visitTuple (visit: IdentifiedVisit): string {
  const { row, outcome, discovery, optional } = visit
  const { startedAtMs, durationMs, latencyMs, latencyErrorMs, table } = row

  return `(${visitKeyOf(visit)},${String(startedAtMs)},${idText(outcome)},${String(durationMs)},${idText(discovery)},${optional.map(idText).join()},${
    microseconds(latencyMs)},${microseconds(latencyErrorMs)},${numberText(table?.queries)},${numberText(table?.failed)},${numberText(table?.peers)})`
}

function microseconds (ms: number | null): string {
  return numberText(ms === null ? null : Math.round(ms * 1_000))
}

/** Number of a row as a literal. @throws TypeError when it was not looked up */
export function idText (slot: Slot | null): string {
  if (slot === null) {
    return 'NULL'
  }
  if (slot.id === undefined) {
    throw new TypeError('a row of a dictionary was not found after its insert')
  }

  return String(slot.id)
}

function ofEach<T> (make: (name: keyof typeof DICTIONARIES) => T): Record<keyof typeof DICTIONARIES, T> {
  return recordOf(keysOf(DICTIONARIES), make)
}

function textSlot (dictionary: Dictionary, text: string, day: number): Slot {
  return dictionary.slot(text, day) ?? dictionary.want({ key: text, day, values: [text] })
}

function setSlot (dictionary: Dictionary, set: TextSet, day: number): Slot {
  return dictionary.slot(set.hash, day) ?? dictionary.want({ key: set.hash, day, values: [set.json], hash: set.hash })
}
