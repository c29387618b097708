import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { isChildReady } from '../../../core/process/parent-link.ts'
import { Child } from '../child.ts'

/** A real crawler or consumer process. */
export class ReadyProcess extends Child {
  /** Resolves with the port of its admin server once it works: a consumer has joined its group; rejects when it ends before that. */
  readonly ready: Promise<number>

  constructor (component: 'crawler' | 'consumer', configPath: string) {
    const entry = fileURLToPath(new URL(`../../../${component}/main.ts`, import.meta.url))
    const child = fork(entry, { env: { ...process.env, PEERPROBE_CONFIG: configPath }, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
    super(child)
    this.ready = Promise.race([
      once(child, 'message').then(([message]) => isChildReady(message) ? message.adminPort : 0),
      this.ended.then(code => Promise.reject(new TypeError(`the ${component} ended with ${String(code)}: ${this.output}`)))
    ])
    this.ready.catch(() => undefined) // callers that await it get the failure
  }
}
