// The graph of one crawl: who is in whose routing table. The peers are in memory, the entries are read from the file as often as
// they are needed.
import type { StoredRecord } from '../../records/record-column.ts'

/** A peer of the graph: one that was visited, or one that only tables mention. */
export interface GraphPeer {
  nodeId: string
  visited: boolean
  contacted: boolean

  /** Outcome of its last visit; undefined without a visit. */
  outcome?: string

  /** Number of the visit whose answers count: the last one with entries. */
  tableAttempt?: number
}

/** An entry of a routing table: positions of both peers in {@link EdgeGraph.peers}. */
export interface GraphEdge { from: number, to: number, bucket: number }

/** Rows of a file of edges. */
export interface Rows { batches: () => AsyncIterable<readonly StoredRecord[]> }

/** The peers of a crawl, and its entries. */
export class EdgeGraph {
  readonly peers: GraphPeer[] = []

  readonly #positions = new Map<string, number>()
  readonly #rows: Rows

  private constructor (rows: Rows) {
    this.#rows = rows
  }

  /** Reads the peers. @throws errors of the rows, the signal's reason */
  static async read (rows: Rows, signal: AbortSignal): Promise<EdgeGraph> {
    const graph = new EdgeGraph(rows)

    for await (const batch of rows.batches()) {
      signal.throwIfAborted()
      batch.forEach((row) => {
        graph.#note(row)
      })
    }

    return graph
  }

  /** The entries in the order of the file, each peer's of one visit only. @throws errors of the rows, the signal's reason */
  async* edges (signal: AbortSignal): AsyncGenerator<readonly GraphEdge[]> {
    for await (const batch of this.#rows.batches()) {
      signal.throwIfAborted()
      yield batch.flatMap(row => this.#edgeOf(row))
    }
  }

  #edgeOf ({ node_id: from, peer_id: to, attempt, bucket }: StoredRecord): GraphEdge[] {
    const source = this.#positions.get(String(from))
    const target = this.#positions.get(String(to))

    return to === null || source === undefined || target === undefined || this.peers[source]?.tableAttempt !== attempt
      ? []
      : [{ from: source, to: target, bucket: Number(bucket) }]
  }

  #note ({ node_id: nodeId, peer_id: mentioned, attempt, outcome, contacted }: StoredRecord): void {
    const peer = this.#peer(String(nodeId))
    peer.visited = true
    peer.contacted ||= contacted === true
    peer.outcome = String(outcome)

    if (mentioned !== null) {
      peer.tableAttempt = Math.max(peer.tableAttempt ?? 0, Number(attempt))
      this.#peer(String(mentioned))
    }
  }

  #peer (nodeId: string): GraphPeer {
    const position = this.#positions.get(nodeId)
    const known = position === undefined ? undefined : this.peers[position]

    if (known !== undefined) {
      return known
    }

    const peer: GraphPeer = { nodeId, visited: false, contacted: false }
    this.#positions.set(nodeId, this.peers.length)
    this.peers.push(peer)

    return peer
  }
}
