import { runCommand } from '../../core/process/run-command.ts'

/** Time limit of a stop by Ctrl-C, in milliseconds. */
const STOP_TIMEOUT_MS = 10_000

/** Runs the body of a command: a failure is printed with its code and what to do about it, and sets the exit code. */
export async function runBody (body: (signal: AbortSignal) => Promise<void>): Promise<void> {
  await runCommand(body, { stopTimeoutMs: STOP_TIMEOUT_MS, advises: true })
}
