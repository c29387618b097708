import { isContacted } from '../../core/contracts/outcome.ts'
import { ParquetEncoder } from '../records/formats/parquet-encoder.ts'
import type { Neighbours } from '../../core/contracts/edges/neighbours.ts'
import type { PendingFile } from '../../core/files/pending-file.ts'
import type { StoredRecord } from '../records/record-column.ts'

/** The file of one crawl's edges while it is filled. */
export class EdgeFile implements AsyncDisposable {
  readonly #file: PendingFile
  readonly #encoder = new ParquetEncoder('edges')
  #rows = 0
  #bytes = 0

  constructor (file: PendingFile) {
    this.#file = file
  }

  get rows (): number {
    return this.#rows
  }

  /** Bytes written so far. */
  get bytes (): number {
    return this.#bytes
  }

  /** Adds the rows of a visit. @throws Error of the system, such as ENOSPC */
  async add (table: Neighbours): Promise<void> {
    const records = edgeRecords(table)
    this.#rows += records.length
    await this.#write(this.#encoder.add(records))
  }

  /** Shows other processes that somebody still writes it. @throws Error of the system */
  async touch (nowMs: number): Promise<void> {
    const seconds = nowMs / 1_000
    await this.#file.handle.utimes(seconds, seconds)
  }

  /** Makes the file appear under its name. @throws Error of the system */
  async finish (): Promise<void> {
    for (const chunk of this.#encoder.finish()) {
      await this.#write(chunk)
    }

    await this.#file.finish()
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await this.#file[Symbol.asyncDispose]()
  }

  async #write (chunk: Uint8Array | undefined): Promise<void> {
    if (chunk !== undefined) {
      this.#bytes += chunk.byteLength
      await this.#file.handle.appendFile(chunk)
    }
  }
}

/** The rows of a visit: one for each entry of its routing table, or one without an entry. */
export function edgeRecords ({ scan, network, vantage, crawlId, nodeId, attempt, outcome, entries, buckets }: Neighbours): StoredRecord[] {
  const visit = {
    scan,
    network,
    vantage: vantage ?? null,
    crawl_id: crawlId,
    node_id: nodeId,
    attempt,
    outcome,
    contacted: isContacted(outcome),
    entries: entries ?? null
  }
  const edges = buckets.flatMap(({ bucket, peers }) => peers.map(peer => ({ ...visit, bucket, peer_id: peer })))

  return edges.length > 0 ? edges : [{ ...visit, bucket: null, peer_id: null }]
}
