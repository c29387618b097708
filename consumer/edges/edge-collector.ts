import { decodeNeighbours } from './decode-neighbours.ts'
import type { MessageBatch } from '../../core/bus/port/event-bus.ts'
import type { Logger } from '../../core/process/logger.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { CrawlFiles } from './crawl-files.ts'
import type { EdgeObserver } from './edge-observer.ts'

export interface EdgeCollectorDeps {
  files: Pick<CrawlFiles, 'take' | 'takeEnd' | 'closeSilent' | 'firstOffset'>
  clock: Clock
  log: Logger
  observer: Pick<EdgeObserver, 'read' | 'rejected'>
}

/** Takes batches of messages with routing tables, and says what may be committed. */
export class EdgeCollector {
  readonly #deps: EdgeCollectorDeps
  readonly #positions = new Map<number, number>()
  #turn: Promise<unknown> = Promise.resolve()

  constructor (deps: EdgeCollectorDeps) {
    this.#deps = deps
  }

  /** The offset after the last message that was taken, for each partition. */
  get positions (): ReadonlyMap<number, number> {
    return this.#positions
  }

  /** Takes a batch; resolves with the offset to commit: that of the first message of a crawl that is not over. Batches of several partitions take turns. */
  async handle (batch: MessageBatch): Promise<number> {
    const result = this.#turn.then(async () => await this.#handle(batch))
    this.#turn = result.catch(() => undefined)

    return await result
  }

  async #handle ({ partition, messages, nextOffset }: MessageBatch): Promise<number> {
    const { files, clock, log, observer } = this.#deps
    observer.read(messages.length)

    for (const message of messages) {
      const decoded = decodeNeighbours(message, clock.now())

      if (decoded.kind === 'table') {
        await files.take(decoded.table, { partition, offset: message.offset })
      } else if (decoded.kind === 'end') {
        await files.takeEnd(decoded.end)
      } else {
        log.warn({ err: decoded.err }, 'invalid message with routing tables')
        observer.rejected()
      }
    }

    await files.closeSilent()
    this.#positions.set(partition, nextOffset)

    return Math.min(nextOffset, files.firstOffset(partition))
  }
}
