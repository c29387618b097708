import { writeFileSync } from 'node:fs'
import { errorText, isProbeError } from '../errors.ts'
import { PRIVATE_FILE, protectFile } from '../files/private-file.ts'
import { isAbort, onAbort } from '../time/signals.ts'
import { watchParent } from './parent-watch.ts'
import type { Logger } from './logger.ts'

// npm forwards the signal that the terminal has already sent: one Ctrl-C arrives twice.
const ECHO_MS = 1_000

/** The body of a process: works until `signal` aborts, then returns. */
export type Main = (signal: AbortSignal) => Promise<void>

/** Settings of {@link runProcess}. */
export interface RunOptions {
  /** Where the start, the stop and the failure are reported. */
  log: Logger

  /** Time limit for a stop, in milliseconds. Keep it below the pod's terminationGracePeriodSeconds. */
  stopTimeoutMs: number

  /** File for the termination message of a failed process; Kubernetes reads `/dev/termination-log`. */
  terminationLog?: string | undefined

  /** Whether it also stops when the process that started it has ended (see {@link watchParent}). @default false */
  endsWithParent?: boolean

  /** Stops the process, as a signal does. */
  stopSignal?: AbortSignal
}

/** Exit codes: 64 means that the configuration is invalid and a restart will not help (EX_USAGE of sysexits.h). */
export const EXIT = { failure: 1, usage: 64 } as const

const USAGE_CODES: readonly string[] = ['PP_CONFIG_INVALID', 'PP_SPEC_INVALID', 'PP_NOT_SUPPORTED', 'PP_NETWORK_UNKNOWN']

/**
 * Runs one process from start to exit code.
 *
 * The first SIGTERM or SIGINT aborts the signal, and so does the end of the parent with an IPC channel, or of any parent
 * if `endsWithParent`. A second signal, or a stop longer than `stopTimeoutMs`, exits at once. Resources are not closed here:
 * `main` has them in an `AsyncDisposableStack`, which releases them in reverse order however it returns.
 */
export async function runProcess (main: Main, { log, stopTimeoutMs, terminationLog, endsWithParent = false, stopSignal }: RunOptions): Promise<void> {
  const controller = new AbortController()
  let stoppingSince = 0
  const stop = (cause: string): void => {
    if (controller.signal.aborted && performance.now() - stoppingSince < ECHO_MS) {
      return
    }

    if (controller.signal.aborted) {
      log.fatal({ cause }, 'asked to stop a second time, exiting at once')
      process.exit(EXIT.failure)
    }

    log.info({ cause }, 'stopping')
    stoppingSince = performance.now()
    controller.abort()
    setTimeout(() => {
      log.fatal({ stopTimeoutMs }, 'stop took too long, exiting at once')
      process.exit(EXIT.failure)
    }, stopTimeoutMs).unref()
  }
  const stopOnce = (cause: string): void => {
    if (!controller.signal.aborted) {
      stop(cause)
    }
  }
  const onParentGone = (): void => {
    stopOnce('parent gone')
  }
  using _ = stopSignal === undefined
    ? undefined
    : onAbort(stopSignal, () => {
        stopOnce('asked by itself')
      })

  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  process.on('disconnect', onParentGone)
  const watch = endsWithParent ? watchParent(onParentGone) : undefined

  try {
    await main(controller.signal)
    log.info('stopped')
  } catch (err) {
    process.exitCode = report(err, controller.signal, { log, terminationLog })
  } finally {
    process.off('SIGTERM', stop)
    process.off('SIGINT', stop)
    process.off('disconnect', onParentGone)
    watch?.[Symbol.dispose]()
  }
}

function report (err: unknown, signal: AbortSignal, { log, terminationLog }: Pick<RunOptions, 'log' | 'terminationLog'>): number | undefined {
  if (signal.aborted && isAbort(err)) {
    log.info('stopped')
    return undefined
  }

  log.fatal({ err }, 'failed')

  if (terminationLog !== undefined) {
    writeLastWords(terminationLog, err, log)
  }

  return exitCodeOf(err)
}

/** The exit code of an error. */
export function exitCodeOf (err: unknown): number {
  return isProbeError(err) && USAGE_CODES.includes(err.code) ? EXIT.usage : EXIT.failure
}

// Kubernetes cuts a termination message at 4096 bytes.
function writeLastWords (path: string, err: unknown, log: Logger): void {
  try {
    protectFile(path)
    writeFileSync(path, `${isProbeError(err) ? err.code : 'UNEXPECTED'}: ${errorText(err)}`.slice(0, 4_000), { mode: PRIVATE_FILE })
  } catch (cause) {
    log.warn({ err: cause, path }, 'termination log not written')
  }
}
