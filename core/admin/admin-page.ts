import type { Clock } from '../time/clock.ts'

/** How a page is cached. */
export interface AdminPageOptions {
  /** How long a rendered page is served, in milliseconds; 0 renders again unless a rendering is running. */
  keptMs: number
}

/**
 * A page of the admin server that is expensive to render: one rendering at a time, shared by all requests meanwhile and for
 * a while afterwards. Its bytes exist once, so that slow clients share one copy.
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

  /** The page, at most as old as the limit. Rejects if the rendering fails; a failure is not cached. */
  async read (): Promise<Buffer> {
    if (this.#last !== undefined && this.#clock.monotonic() - this.#last.atMs < this.#keptMs) {
      return this.#last.page
    }

    const running = this.#running ??= this.#renderOnce()

    try {
      return await running
    } finally {
      // Not in the rendering itself, which may fail before it is stored here.
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
