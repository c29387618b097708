import { judgeGroupError } from './client/kafka-error.ts'
import type { Offsets } from 'kafkajs'

/** The commit of kafkajs: directly to the group, also while the consumer stops. */
export type CommitOffsets = (offsets: Offsets) => Promise<void>

export interface KafkaCommitsDeps {
  topic: string

  /** Called when a commit had no effect: the messages must be delivered again. Further commits have none either, until the partitions are reassigned. */
  onRefused: (err: unknown) => void
}

const TRIES = 3

/** The commits of one member of a group: one request after the other, so that no partition ever moves back. */
export class KafkaCommits {
  readonly #deps: KafkaCommitsDeps
  readonly #committed = new Map<number, number>()
  #send: CommitOffsets | undefined
  #isRefused = false
  #last: Promise<unknown> = Promise.resolve()

  constructor (deps: KafkaCommitsDeps) {
    this.#deps = deps
  }

  /** Forgets the committed offsets, after the partitions were reassigned. */
  reset (): void {
    this.#committed.clear()
    this.#isRefused = false
  }

  /** Records where reading of a partition began, which is the committed offset, and the function for commits. */
  began (partition: number, offset: number, send: CommitOffsets): void {
    this.#send = send

    const committed = this.#committed.get(partition)

    // A recreated or truncated log begins below: offsets of the old log are invalid for it.
    if (committed === undefined || offset < committed) {
      this.#committed.set(partition, offset)
    }
  }

  /**
   * Commits an offset; an offset below the last one sends no request. Returns false when the group refuses it, because it has
   * reassigned the partition, or cannot be reached: then the next reader of the partition reads these messages again.
   *
   * @throws TypeError when no message of the partition was ever delivered
   */
  async commit (partition: number, nextOffset: number): Promise<boolean> {
    const send = this.#send

    if (send === undefined) {
      throw new TypeError(`no message of partition ${String(partition)} was delivered, so no offset can be committed`)
    }

    const committing = this.#last.then(async () => await this.#commitInTurn(partition, nextOffset, send))
    this.#last = committing

    return await committing
  }

  async #commitInTurn (partition: number, nextOffset: number, send: CommitOffsets): Promise<boolean> {
    if (nextOffset <= (this.#committed.get(partition) ?? -1)) {
      return true
    }

    for (let tries = 1; !this.#isRefused; tries++) {
      try {
        await send({ topics: [{ topic: this.#deps.topic, partitions: [{ partition, offset: String(nextOffset) }] }] })
        this.#committed.set(partition, nextOffset)
        return true
      } catch (err) {
        if (tries === TRIES || judgeGroupError(err) !== 'trouble') {
          this.#isRefused = true
          this.#deps.onRefused(err)
        }
      }
    }

    return false
  }
}
