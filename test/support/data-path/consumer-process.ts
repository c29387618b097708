import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { isChildReady } from '../../../core/process/parent-link.ts'
import { Child } from '../child.ts'

const ENTRY = fileURLToPath(new URL('../../../consumer/main.ts', import.meta.url))

/** A real consumer process. */
export class ConsumerProcess extends Child {
  /** Resolves when it has joined its group, with the port of its admin server; rejects when it ends before that. */
  readonly ready: Promise<number>

  constructor (configPath: string) {
    const child = fork(ENTRY, { env: { ...process.env, PEERPROBE_CONFIG: configPath }, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
    super(child)
    this.ready = Promise.race([
      once(child, 'message').then(([message]) => isChildReady(message) ? message.adminPort : 0),
      this.ended.then(code => Promise.reject(new TypeError(`the consumer ended with ${String(code)}: ${this.output}`)))
    ])
    this.ready.catch(() => undefined) // callers that await it get the failure
  }

  /** The sum of a counter over the labels that match. */
  async counter (name: string, labels = ''): Promise<number> {
    const text = await (await fetch(`http://127.0.0.1:${String(await this.ready)}/metrics`)).text()

    return text.split('\n').filter(line => line.startsWith(name) && line.includes(labels)).reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
  }
}
