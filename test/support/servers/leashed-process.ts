// A server that outlives a killed test run keeps its port and memory until somebody finds it. A shell in
// between prevents this: its standard input ends when this process ends for any reason, and the shell
// then kills the server.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'

const LEASH = `exec 3<&0
"$@" >&2 3<&- &
server=$!
echo $server
exec >&-
(cat <&3 >/dev/null; kill -9 $server) &
watcher=$!
wait $server
kill $watcher`

const TAIL_CHARS = 4_000

/** A server in a separate process that is killed when it is disposed of, and when this process ends. */
export class LeashedProcess implements AsyncDisposable {
  /** Process id of the server itself. */
  readonly pid: number

  readonly #ended: Promise<unknown>
  readonly #logPath: string
  #isRunning = true

  private constructor (pid: number, exit: Promise<unknown>, logPath: string) {
    this.pid = pid
    this.#logPath = logPath
    this.#ended = exit.then(() => {
      this.#isRunning = false
    })
  }

  /** Starts a program; its output is appended to a file. */
  static async start (command: readonly string[], { logPath, env = {} }: { logPath: string, env?: Record<string, string> }): Promise<LeashedProcess> {
    const log = openSync(logPath, 'a')
    const shell = spawn('sh', ['-c', LEASH, 'sh', ...command], { stdio: ['pipe', 'pipe', log], env: { ...process.env, ...env } })
    closeSync(log)
    const exit = once(shell, 'exit').then(() => shell.stdin!.destroy())

    return new LeashedProcess(Number(await text(shell.stdout!)), exit, logPath)
  }

  /** Waits until the server answers. @throws TypeError with the end of its log when it ends or takes longer than `limitMs` */
  async ready (isReady: () => Promise<boolean>, limitMs: number): Promise<void> {
    const untilMs = performance.now() + limitMs

    while (!await isReady()) {
      if (!this.#isRunning || performance.now() > untilMs) {
        throw new TypeError(`a server ${this.#isRunning ? 'was not ready in time' : 'ended'}: ${readFileSync(this.#logPath, 'utf8').slice(-TAIL_CHARS)}`)
      }
      await delay(50)
    }
  }

  /** Resolves when the process is gone. */
  async kill (signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (this.#isRunning) {
      this.#signal(signal)
    }
    await this.#ended
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await this.kill()
  }

  // It may have ended by itself, and its shell not yet.
  #signal (signal: NodeJS.Signals): void {
    try {
      process.kill(this.pid, signal)
    } catch (err) {
      if ((err as { code?: string }).code !== 'ESRCH') {
        throw err
      }
    }
  }
}
