import { setImmediate as nextTurn } from 'node:timers/promises'
import { childController, isAbort } from '../../time/signals.ts'
import type { BatchHandler, IncomingMessage } from '../port/event-bus.ts'
import type { Wakeup } from '../port/wakeup.ts'
import type { OwnedPartition } from './embedded-group.ts'

export interface PartitionReaderDeps {
  /** Messages from an offset on; none when the end is reached. */
  read: (from: number) => Promise<readonly IncomingMessage[]>

  handler: BatchHandler

  /** Woken when there may be something new: messages, a resume, a stop. */
  wakeup: Wakeup

  isPaused: () => boolean
}

/** How a reader works. */
export interface PartitionReaderOptions extends Pick<OwnedPartition, 'partition' | 'partitionId' | 'position'> {
  /** How long it waits at the end of the partition before it looks again, in milliseconds. */
  pollMs: number
}

/** Reads one partition and hands its messages on, one batch at a time. */
export class PartitionReader {
  readonly partitionId: number

  /** Resolves when it has stopped and its handler has come to an end; rejects with the handler's failure. */
  readonly done: Promise<void>

  readonly #deps: PartitionReaderDeps
  readonly #options: PartitionReaderOptions
  readonly #abort: AbortController & Disposable
  #isStopping = false

  constructor (deps: PartitionReaderDeps, options: PartitionReaderOptions, signal: AbortSignal) {
    this.partitionId = options.partitionId
    this.#deps = deps
    this.#options = options
    this.#abort = childController(signal)
    this.done = this.#run()
  }

  /** Asks it to end once the running handler has ended. */
  stop (): void {
    this.#isStopping = true
    this.#deps.wakeup.wake()
  }

  /** The partition belongs to somebody else now: the running handler hears of it too. */
  lose (): void {
    this.#abort.abort()
    this.stop()
  }

  async #run (): Promise<void> {
    const { signal } = this.#abort

    try {
      await this.#readOn(signal)
    } catch (err) {
      if (!(signal.aborted && isAbort(err))) {
        throw err
      }
    } finally {
      this.#abort[Symbol.dispose]()
    }
  }

  async #readOn (signal: AbortSignal): Promise<void> {
    const { read, handler, wakeup, isPaused } = this.#deps
    const { partition, pollMs } = this.#options
    let { position } = this.#options

    while (!this.#isStopping && !signal.aborted) {
      const messages = isPaused() ? [] : await read(position)
      const last = messages.at(-1)

      if (last === undefined) {
        await wakeup.wait(pollMs)
        continue
      }

      position = last.offset + 1
      await handler({ partition, messages, nextOffset: position }, signal)

      // File and store are synchronous: without this a backlog would keep timers and sockets waiting.
      await nextTurn()
    }
  }
}
