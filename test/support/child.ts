import { once } from 'node:events'
import type { ChildProcess } from 'node:child_process'

/** A process of the product that a test starts, stops and kills. */
export class Child implements AsyncDisposable {
  /** Resolves with its exit code, or null after a signal. */
  readonly ended: Promise<number | null>

  /** Its log: JSON lines. */
  output = ''

  readonly #child: ChildProcess

  /** @param child whose standard output is piped */
  constructor (child: ChildProcess) {
    this.#child = child
    child.stdout?.on('data', (chunk: Buffer) => {
      this.output += String(chunk)
    })
    this.ended = once(child, 'close').then(([code]) => code as number | null)
  }

  get pid (): number {
    return this.#child.pid ?? 0
  }

  /** Stops it as Kubernetes does; resolves with its exit code. */
  async stop (): Promise<number | null> {
    this.#child.kill('SIGTERM')
    return await this.ended
  }

  async kill (): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.ended
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      await this.kill()
    }
  }
}
