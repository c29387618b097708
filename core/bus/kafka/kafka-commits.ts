import { judgeGroupError } from './client/kafka-error.ts'
import type { Offsets } from 'kafkajs'

/** How kafkajs commits: straight to the group, also while the consumer stops. */
export type CommitOffsets = (offsets: Offsets) => Promise<void>

export interface KafkaCommitsDeps {
  topic: string

  /** Told when a commit had no effect: the messages must come again. Further ones have none either, until the partitions are assigned again. */
  onRefused: (err: unknown) => void
}

const TRIES = 3

/** What one member of a group commits: one request after the other, so that no partition ever moves back. */
export class KafkaCommits {
  readonly #deps: KafkaCommitsDeps
  readonly #committed = new Map<number, number>()
  #send: CommitOffsets | undefined
  #isRefused = false
  #last: Promise<unknown> = Promise.resolve()

  constructor (deps: KafkaCommitsDeps) {
    this.#deps = deps
  }

  /** Forgets what was committed: the partitions were assigned again. */
  reset (): void {
    this.#committed.clear()
    this.#isRefused = false
  }

  /** Notes where reading of a partition began, which is what the group has committed, and by what to commit. */
  began (partition: number, offset: number, send: CommitOffsets): void {
    this.#send = send

    const committed = this.#committed.get(partition)

    // A log that was recreated, or lost its end, begins below: what was committed of the old one says nothing of it.
    if (committed === undefined || offset < committed) {
      this.#committed.set(partition, offset)
    }
  }

  /**
   * Commits an offset; one below the last is no request. False when the group would not have it, since it has given the
   * partition away or cannot be reached: then whoever reads the partition next reads these messages again.
   *
   * @throws TypeError when no message of the partition was ever handed out
   */
  async commit (partition: number, nextOffset: number): Promise<boolean> {
    const send = this.#send

    if (send === undefined) {
      throw new TypeError(`nothing of partition ${String(partition)} was handed out, so nothing of it can be done`)
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
