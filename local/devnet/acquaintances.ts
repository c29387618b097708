/**
 * Who knows whom in the devnet. Routing tables are planted, not grown: a real table drops
 * whoever does not answer a ping, and the dead and the stale are what a crawler must cope with.
 * Every table holds at most the 20 entries of one FIND_NODE answer (k of the Kademlia paper),
 * so that each question to a server names all that it knows and the truth does not hang on
 * which questions a crawl happens to ask.
 */

/** Entries of one FIND_NODE answer. */
export const TABLE_SIZE = 20

// Steps on a ring of servers: the first makes every server reachable, the others make the way
// short and name each server by several others.
const STEPS = [1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233] as const

// How many servers know a peer that is not a server: enough to find it when some of them fail.
const COPIES = 4

/** How many peers there are to know. */
export interface PeerCounts {
  servers: number

  /** All that are not servers. */
  others: number
}

/**
 * For each server the peers in its table, by number: servers come first, then the others.
 *
 * @throws TypeError when there are too many others for so few servers
 */
export function planAcquaintances ({ servers, others }: PeerCounts): number[][] {
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
