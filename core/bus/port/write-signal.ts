import { closeSync, openSync, watch, writeSync } from 'node:fs'
import { errorText } from '../../errors.ts'
import { PRIVATE_FILE, protectFile } from '../../files/private-file.ts'
import type { Logger } from '../../process/logger.ts'

/**
 * Notifies all processes that share a file when one of them has written to it: the writer touches a second, empty file next to
 * it, which the other processes watch by the system's file notifications. It is only a hint: a process can be killed between
 * the two writes, so readers also poll.
 */
export class WriteSignal implements Disposable {
  readonly #file: number
  readonly #watcher: Disposable | undefined
  readonly #log: Logger
  #isUnwritable = false

  /** @param onWritten called when any process has written, including this one */
  constructor (path: string, { onWritten, log }: { onWritten: () => void, log: Logger }) {
    this.#log = log
    protectFile(path)
    this.#file = openSync(path, 'w', PRIVATE_FILE)
    this.#watcher = watchFile(path, onWritten, log)
  }

  /** Called after each write. */
  raise (): void {
    try {
      writeSync(this.#file, '.', 0)
      this.#isUnwritable = false
    } catch (err) {
      // The message is already written: a full disk must not turn that into a failure.
      if (!this.#isUnwritable) {
        this.#log.warn({ reason: errorText(err) }, 'other processes are not notified of new messages: they read them with a delay')
      }
      this.#isUnwritable = true
    }
  }

  [Symbol.dispose] (): void {
    this.#watcher?.[Symbol.dispose]()
    closeSync(this.#file)
  }
}

// Without it (no watches left on this machine) messages of other processes arrive later, and nothing else changes.
function watchFile (path: string, onWritten: () => void, log: Logger): Disposable | undefined {
  const onFault = (err: unknown): void => {
    log.warn({ path, reason: errorText(err) }, 'the log file is not watched: messages of other processes are read with a delay')
  }

  try {
    const watcher = watch(path, { persistent: false }, onWritten)
    watcher.on('error', onFault)

    return {
      [Symbol.dispose] () {
        watcher.close()
      }
    }
  } catch (err) {
    onFault(err)
    return undefined
  }
}
