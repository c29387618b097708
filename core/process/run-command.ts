import { errorText, ERRORS, isProbeError } from '../errors.ts'
import { isAbort } from '../time/signals.ts'
import { createLogger } from './logger.ts'
import { EXIT, exitCodeOf, runProcess } from './process.ts'
import type { Main, RunOptions } from './process.ts'

/** Settings of {@link runCommand}. */
export interface RunCommandOptions extends Pick<RunOptions, 'stopTimeoutMs'> {
  /** Called before a failure is printed, for example to clear a line of progress. */
  onFailure?: () => void

  /** Whether the text of a failure also says what to do about it, from the table of errors. The message of a wrong option says it itself. @default false */
  advises?: boolean
}

// A command prints to the terminal and logs nothing.
const log = createLogger({ level: 'silent' })

/**
 * Runs an interactive command as this process. A failure prints one text on standard error, with its code if it has one, and
 * sets the exit code. A command that is stopped by a signal ends silently, and so does one whose output is no longer read
 * (`| head`). It ends with the shell or npm that started it.
 */
export async function runCommand (main: Main, { stopTimeoutMs, onFailure, advises = false }: RunCommandOptions): Promise<void> {
  const output = watchOutput()

  await runProcess(async (signal) => {
    try {
      await main(signal)
    } catch (err) {
      onFailure?.()

      if (!(signal.aborted && isAbort(err))) {
        process.stderr.write(failureText(err, advises))
        process.exitCode = exitCodeOf(err)
      }
    }
  }, { log, stopTimeoutMs, endsWithParent: true, stopSignal: output })
}

function failureText (err: unknown, advises: boolean): string {
  if (!isProbeError(err)) {
    return `peerprobe: ${String(err instanceof Error ? err.stack : err)}\n`
  }

  return `peerprobe: ${errorText(err)} (${err.code})\n${advises && exitCodeOf(err) !== EXIT.usage ? `What to do: ${ERRORS[err.code].action}\n` : ''}`
}

// An error of a stream without a listener would end the process at once, in the middle of its work. An error of standard
// error cannot be reported anywhere.
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
