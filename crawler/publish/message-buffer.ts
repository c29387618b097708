import type { OutgoingMessage } from '../../core/bus/port/event-bus.ts'

/** Limits of a buffer, or of a batch. */
export interface BufferLimits { messages: number, bytes: number }

/** Messages that are not acknowledged yet, in order. */
export class MessageBuffer {
  readonly #limits: BufferLimits
  readonly #messages: OutgoingMessage[] = []
  #bytes = 0

  constructor (limits: BufferLimits) {
    this.#limits = limits
  }

  get size (): number {
    return this.#messages.length
  }

  get bytes (): number {
    return this.#bytes
  }

  get isFull (): boolean {
    return this.#messages.length >= this.#limits.messages || this.#bytes >= this.#limits.bytes
  }

  push (message: OutgoingMessage): void {
    this.#messages.push(message)
    this.#bytes += message.value.length
  }

  /** The first messages that fit the limits, at least one. They stay in the buffer until they are acknowledged. */
  batch ({ messages, bytes }: BufferLimits): OutgoingMessage[] {
    let size = 0
    let end = 0

    while (end < Math.min(messages, this.#messages.length)) {
      size += this.#messages[end]?.value.length ?? 0

      if (end > 0 && size > bytes) {
        break
      }

      end++
    }

    return this.#messages.slice(0, end)
  }

  /** Removes the first messages. */
  acknowledge (count: number): void {
    for (const { value } of this.#messages.splice(0, count)) {
      this.#bytes -= value.length
    }
  }
}
