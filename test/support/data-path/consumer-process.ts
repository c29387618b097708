import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { isChildReady } from '../../../core/parent-link.ts'
import type { ChildProcess } from 'node:child_process'

const ENTRY = fileURLToPath(new URL('../../../consumer/main.ts', import.meta.url))

/** A real consumer process. */
export class ConsumerProcess implements AsyncDisposable {
  /** Resolves when it has joined its group, with the port of its admin server; rejects when it ends before. */
  readonly ready: Promise<number>

  /** Resolves with its exit code, or null after a signal. */
  readonly ended: Promise<number | null>

  /** What it has logged: JSON lines. */
  output = ''

  readonly #child: ChildProcess

  constructor (configPath: string) {
    this.#child = fork(ENTRY, { env: { ...process.env, PEERPROBE_CONFIG: configPath }, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      this.output += String(chunk)
    })
    this.ended = once(this.#child, 'close').then(([code]) => code as number | null)
    this.ready = Promise.race([
      once(this.#child, 'message').then(([message]) => isChildReady(message) ? message.adminPort : 0),
      this.ended.then(code => Promise.reject(new TypeError(`the consumer ended with ${String(code)}: ${this.output}`)))
    ])
    this.ready.catch(() => undefined) // whoever waits for it is told
  }

  get pid (): number {
    return this.#child.pid ?? 0
  }

  /** The sum of a counter over the labels that match. */
  async counter (name: string, labels = ''): Promise<number> {
    const text = await (await fetch(`http://127.0.0.1:${String(await this.ready)}/metrics`)).text()

    return text.split('\n').filter(line => line.startsWith(name) && line.includes(labels)).reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
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
