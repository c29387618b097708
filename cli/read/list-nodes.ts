import { RecordPages } from '../../consumer/export/record-pages.ts'
import { defined } from '../../core/defined.ts'
import { shellQuoted } from '../../local/text.ts'
import { printListing } from '../output/listing.ts'
import { openToRead } from '../source/open-source.ts'
import { filterOf } from './filter-options.ts'
import type { StoredRecord } from '../../consumer/records/record-column.ts'
import type { SourceOptions } from '../source/source-options.ts'
import type { FilterOptions } from './filter-options.ts'

/** The options of `nodes`. */
export interface NodeOptions extends SourceOptions, FilterOptions {
  limit: number
  after?: string
  json: boolean
}

const NS_PER_MS = 1_000_000

/** Prints peers of the store that the options choose. */
export async function listNodes (options: NodeOptions, signal: AbortSignal): Promise<void> {
  const { limit, after, json } = options
  const { store } = await openToRead(options)
  await using _ = store
  await using snapshot = await store.snapshot()
  const pages = new RecordPages(snapshot, { kind: 'nodes', filter: filterOf(options), limit, ...defined({ after }) })

  await printListing(pages, { columns: ['PEER', 'AGENT', 'OUTCOME', 'LATENCY', 'LAST SEEN', 'ADDRESSES'], cells: nodeCells }, { json }, signal)

  if (pages.next !== undefined) {
    process.stderr.write(`more: add --after ${shellQuoted(pages.next)}\n`)
  }
}

function nodeCells (node: StoredRecord): (string | number | null)[] {
  const { node_id: id, agent_version: agent, last_outcome: outcome, latency, last_seen: seen, addresses } = node

  return [
    String(id),
    agent === null ? null : String(agent),
    String(outcome),
    typeof latency === 'number' ? `${(latency / NS_PER_MS).toFixed(1)} ms` : null,
    String(seen),
    Array.isArray(addresses) ? addresses.length : 0
  ]
}
