import type { Clock } from '../time/clock.ts'

/** What a page costs, and for whom it is rendered. */
export interface AdminPageOptions {
  /** How long a rendering serves everyone who asks, in milliseconds; 0 renders for each who finds none running. */
  keptMs: number
}

/**
 * A page of the admin server that costs time to render: one rendering at a time, shared by all who ask meanwhile and for a
 * while after. Its bytes are made once, so that readers who are slow hold one copy between them.
 */
export class AdminPage {
  readonly #clock: Clock
  readonly #render: () => string | Promise<string>
  readonly #keptMs: number
  #running: Promise<Buffer> | undefined
  #last: { page: Buffer, atMs: number } | undefined

  constructor (clock: Clock, render: () => string | Promise<string>, { keptMs }: AdminPageOptions) {
    this.#clock = clock
    this.#render = render
    this.#keptMs = keptMs
  }

  /** The page, at most so old as it is kept. Fails as its rendering does; a failure is not kept. */
  async read (): Promise<Buffer> {
    if (this.#last !== undefined && this.#clock.monotonic() - this.#last.atMs < this.#keptMs) {
      return this.#last.page
    }

    const running = this.#running ??= this.#renderOnce()

    try {
      return await running
    } finally {
      // Here and not where it is rendered, which may fail before it is remembered.
      if (this.#running === running) {
        this.#running = undefined
      }
    }
  }

  async #renderOnce (): Promise<Buffer> {
    const page = Buffer.from(await this.#render())
    this.#last = { page, atMs: this.#clock.monotonic() }

    return page
  }
}
