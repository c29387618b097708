import { keysOf, recordOf } from '../../../core/record-keys.ts'
import { Dictionary, DICTIONARIES } from './dictionary.ts'
import type { VisitRow } from '../model/visit-row.ts'
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'

const KEY = ['crawl_id', 'scan_id', 'peer_id', 'source_id', 'attempt']

/**
 * Columns other than the key, each with an expression that orders its values independently of the ids
 * in the dictionaries. Two messages of one visit can differ, when a crawler is killed and restarted within
 * a second: the greater row stays, whichever came first.
 */
const ORDER: Readonly<Record<string, (alias: string) => string>> = {
  started_at: alias => `${alias}.started_at`,
  outcome_id: alias => `(SELECT word FROM word WHERE word_id = ${alias}.outcome_id)`,
  duration_ms: alias => `${alias}.duration_ms`,
  discovery_id: alias => `(SELECT word FROM word WHERE word_id = ${alias}.discovery_id)`,
  lane_id: alias => `ifnull((SELECT word FROM word WHERE word_id = ${alias}.lane_id), '')`,
  detail_id: alias => `ifnull((SELECT detail FROM detail WHERE detail_id = ${alias}.detail_id), '')`,
  connection_id: alias => `ifnull((SELECT json_array(transport, security, muxer, limited) FROM connection WHERE connection_id = ${alias}.connection_id), '')`,
  address_id: alias => `ifnull((SELECT multiaddr FROM address WHERE address_id = ${alias}.address_id), '')`,
  agent_id: alias => `ifnull((SELECT json_array(agent_version, protocol_version) FROM agent WHERE agent_id = ${alias}.agent_id), '')`,
  address_set_id: alias => `ifnull((SELECT hash FROM address_set WHERE address_set_id = ${alias}.address_set_id), '')`,
  protocol_set_id: alias => `ifnull((SELECT hash FROM protocol_set WHERE protocol_set_id = ${alias}.protocol_set_id), '')`,
  place_id: alias => `ifnull((SELECT json_array(country, asn, organisation, cloud, source) FROM place WHERE place_id = ${alias}.place_id), '')`,
  latency_us: alias => `ifnull(${alias}.latency_us, -1)`,
  latency_error_us: alias => `ifnull(${alias}.latency_error_us, -1)`,
  queries: alias => `ifnull(${alias}.queries, -1)`,
  queries_failed: alias => `ifnull(${alias}.queries_failed, -1)`,
  peers_named: alias => `ifnull(${alias}.peers_named, -1)`
}

const VALUES = Object.keys(ORDER)
const orderOf = (alias: string): string => `(${Object.values(ORDER).map(of => of(alias)).join(', ')})`

const UPSERT = `INSERT INTO visit (${[...KEY, ...VALUES].join(', ')}) VALUES (${[...KEY, ...VALUES].map(() => '?').join(', ')})
ON CONFLICT (${KEY.join(', ')}) DO UPDATE SET ${VALUES.map(column => `${column} = excluded.${column}`).join(', ')}
WHERE ${orderOf('excluded')} > ${orderOf('visit')}`

/** Writes the table of visits. */
export class VisitWriter {
  readonly #upsert: StatementSync
  readonly #dictionaries: Record<keyof typeof DICTIONARIES, Dictionary>

  constructor (database: DatabaseSync) {
    this.#upsert = database.prepare(UPSERT)
    this.#dictionaries = recordOf(keysOf(DICTIONARIES), name => new Dictionary(database, DICTIONARIES[name]))
  }

  /** Writes rows within the caller's transaction; returns how many were new or replaced. */
  write (rows: readonly VisitRow[]): number {
    let written = 0

    for (const row of rows) {
      written += Number(this.#upsert.run(...this.#valuesOf(row)).changes)
    }

    return written
  }

  /** Forgets all ids, after their transaction was rolled back or dictionary rows were removed. */
  forget (): void {
    for (const dictionary of Object.values(this.#dictionaries)) {
      dictionary.forget()
    }
  }

  #valuesOf (row: VisitRow): SQLInputValue[] {
    const { word, scan, peer, detail } = this.#dictionaries
    const { crawlId, latencyMs, latencyErrorMs, table } = row
    const day = Math.floor(crawlId / 86_400)

    return [
      crawlId,
      scan.id(day, row.scan, row.network, row.vantage),
      peer.id(day, row.nodeId),
      word.id(day, row.source),
      row.attempt,
      row.startedAtMs,
      word.id(day, row.outcome),
      row.durationMs,
      word.id(day, row.discoveryType),
      row.lane === null ? null : word.id(day, row.lane),
      row.detail === null ? null : detail.id(day, row.detail),
      ...this.#connectionOf(row, day),
      ...this.#identityOf(row, day),
      this.#placeOf(row, day),
      microseconds(latencyMs),
      microseconds(latencyErrorMs),
      table?.queries ?? null,
      table?.failed ?? null,
      table?.peers ?? null
    ]
  }

  #connectionOf ({ connection }: VisitRow, day: number): SQLInputValue[] {
    if (connection === null) {
      return [null, null]
    }

    const { transport, security, muxer, limited, address } = connection

    return [this.#dictionaries.connection.id(day, transport, security, muxer, Number(limited)), this.#dictionaries.address.id(day, address)]
  }

  #identityOf ({ identity }: VisitRow, day: number): SQLInputValue[] {
    if (identity === null) {
      return [null, null, null]
    }

    const { agent, addressSet, protocolSet } = this.#dictionaries
    const { agentVersion, protocolVersion, addresses, protocols } = identity

    return [agent.id(day, agentVersion ?? '', protocolVersion ?? ''), addressSet.id(day, addresses.hash, addresses.json), protocolSet.id(day, protocols.hash, protocols.json)]
  }

  #placeOf ({ place }: VisitRow, day: number): number | null {
    return place === null ? null : this.#dictionaries.place.id(day, place.country, place.asn, place.organisation, place.cloud, place.source)
  }
}

function microseconds (ms: number | null): number | null {
  return ms === null ? null : Math.round(ms * 1_000)
}
