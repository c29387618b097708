/**
 * Which peers each devnet peer knows. Routing tables are filled by hand: a real table drops peers
 * that do not answer a ping, but a crawler must cope with dead and stale entries. Every table has
 * at most the 20 entries of one FIND_NODE answer (k of the Kademlia paper). Each query therefore
 * returns the whole table of a server, and the expected result does not depend on which keys a
 * crawl queries.
 */

/** Entries of one FIND_NODE answer. */
export const TABLE_SIZE = 20

// Steps on a ring of servers: the first makes every server reachable; the others shorten paths and
// put each server into several tables.
const STEPS = [1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233] as const

// How many servers know a peer that is not a server: enough to find the peer when some of them fail.
const COPIES = 4

/** Number of peers of each kind. */
export interface PeerCounts {
  servers: number

  /** All peers that are not servers. */
  others: number
}

/**
 * The peers in the table of each server, by number: servers are numbered first, then the others.
 *
 * @throws TypeError when there are too many others for the number of servers
 */
export function planRoutingTables ({ servers, others }: PeerCounts): number[][] {
  const tables = Array.from({ length: servers }, (_, server) => STEPS.filter(step => step < servers).map(step => (server + step) % servers))
  const copies = Math.min(COPIES, servers)

  for (let i = 0; i < others * copies; i++) {
    tables[i % servers]?.push(servers + Math.floor(i / copies))
  }

  if (tables.some(table => table.length > TABLE_SIZE)) {
    throw new TypeError(`${String(others)} others do not fit into the tables of ${String(servers)} servers`)
  }

  return tables
}
