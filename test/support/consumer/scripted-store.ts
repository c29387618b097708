import type { NodeStore, StoreBatch, WriteReport } from '../../../consumer/store/model/node-store.ts'

const REPORT: WriteReport = { rows: { node_info: 0, address_info: 0, node_network: 0, visit: 0, crawl: 0 }, coalesced: 0, cuts: 0 }

/** A store that fails on request: `failWith` is asked before each write; what it returns is thrown. */
export class ScriptedStore implements Pick<NodeStore, 'write'> {
  /** Every batch that was tried. */
  readonly tried: StoreBatch[] = []

  /** Every batch that was written. */
  readonly written: StoreBatch[] = []

  failWith: (batch: StoreBatch) => Error | undefined = () => undefined

  async write (batch: StoreBatch): Promise<WriteReport> {
    this.tried.push(batch)
    const failure = this.failWith(batch)

    if (failure !== undefined) {
      throw failure
    }

    this.written.push(batch)

    return await Promise.resolve(REPORT)
  }

  /** Peer ids of everything that was written, in order. */
  get peers (): string[] {
    return this.written.flatMap(({ visits }) => visits.map(({ nodeId }) => nodeId))
  }
}
