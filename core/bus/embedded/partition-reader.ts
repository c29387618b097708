import { setImmediate as nextTurn } from 'node:timers/promises'
import { childController, isAbort } from '../../time/signals.ts'
import type { BatchHandler, IncomingMessage } from '../port/event-bus.ts'
import type { Wakeup } from '../port/wakeup.ts'
import type { OwnedPartition } from './embedded-group.ts'

export interface PartitionReaderDeps {
  /** Messages from an offset on; empty at the end of the partition. */
  read: (from: number) => Promise<readonly IncomingMessage[]>

  handler: BatchHandler

  /** Woken when there may be something new: messages, a resume, a stop. */
  wakeup: Wakeup

  isPaused: () => boolean
}

/** Settings of a reader. */
export interface PartitionReaderOptions extends Pick<OwnedPartition, 'partition' | 'partitionId' | 'position'> {
  /** Interval of polls at the end of the partition, in milliseconds. */
  pollMs: number
}

/** Reads one partition and delivers its messages, one batch at a time. */
export class PartitionReader {
  readonly partitionId: number

  /** Resolves when the reader has stopped and its handler has ended; rejects with the handler's failure. */
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

  /** Ends the reader after the running handler. */
  stop (): void {
    this.#isStopping = true
    this.#deps.wakeup.wake()
  }

  /** Another member owns the partition now: also aborts the running handler. */
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

      // File and store are synchronous: without this a backlog would block timers and sockets.
      await nextTurn()
    }
  }
}
