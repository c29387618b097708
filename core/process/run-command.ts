import { errorText, isProbeError } from '../errors.ts'
import { isAbort } from '../time/signals.ts'
import { createLogger } from './logger.ts'
import { EXIT, exitCodeOf, runProcess } from './process.ts'
import type { Main, RunOptions } from './process.ts'

/** Settings of {@link runCommand}. */
export interface RunCommandOptions extends Pick<RunOptions, 'stopTimeoutMs'> {
  /** Done before a failure is reported, such as clearing a line of progress. */
  onFailure?: () => void
}

// What it has to say, it says to the person.
const log = createLogger({ level: 'silent' })

/**
 * Runs a command of a person as this process: a failure is one text on standard error, with its code where it
 * has one, and an exit code. One that was stopped by a signal ends in silence, and so does one whose output nobody reads any
 * more (`| head`). It ends with the shell or the npm that it was started from.
 */
export async function runCommand (main: Main, { stopTimeoutMs, onFailure }: RunCommandOptions): Promise<void> {
  const output = watchOutput()

  await runProcess(async (signal) => {
    try {
      await main(signal)
    } catch (err) {
      onFailure?.()

      if (!(signal.aborted && isAbort(err))) {
        process.stderr.write(`peerprobe: ${isProbeError(err) ? `${errorText(err)} (${err.code})` : String(err instanceof Error ? err.stack : err)}\n`)
        process.exitCode = exitCodeOf(err)
      }
    }
  }, { log, stopTimeoutMs, endsWithParent: true, stopSignal: output })
}

// A stream that fails without anybody who listens ends the process at once, in the middle of its work. Standard error has no
// other place to report to.
function watchOutput (): AbortSignal {
  const controller = new AbortController()
  process.stderr.on('error', () => undefined)
  process.stdout.on('error', (err: NodeJS.ErrnoException) => {
    if (!controller.signal.aborted && err.code !== 'EPIPE') {
      process.stderr.write(`peerprobe: standard output cannot be written: ${errorText(err)}\n`)
      process.exitCode = EXIT.failure
    }
    controller.abort()
  })

  return controller.signal
}
