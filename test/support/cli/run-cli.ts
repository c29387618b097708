// The command line as a person runs it: a process, with its output and its exit code.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../../cli/main.ts', import.meta.url))

/** How a command ended. */
export interface CliEnd { code: number | string | null | undefined, stdout: string, stderr: string }

/** Where a command runs. */
export interface CliPlace {
  /** @default the current folder */
  cwd?: string

  /** Variables besides those of this process. */
  env?: Record<string, string>
}

const MAX_OUTPUT = 100_000_000

/** Runs `peerprobe ARGS`. */
export async function runCli (args: readonly string[], { cwd, env }: CliPlace = {}): Promise<CliEnd> {
  return await new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { cwd, env: { ...process.env, ...env }, maxBuffer: MAX_OUTPUT }, (err, stdout, stderr) => {
      resolve({ code: err === null ? 0 : err.code, stdout, stderr })
    })
  })
}
