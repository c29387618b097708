import { execFile } from 'node:child_process'
import { delimiter } from 'node:path'
import { promisify } from 'node:util'
import { firstProgram } from '../../core/files/first-program.ts'

// Folders of servers on Debian, which are not on the PATH of an ordinary user.
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin']

/** The path of a program, from the PATH or the system's folders for servers. */
export function findProgram (name: string): string | undefined {
  return firstProgram([name], [process.env['PATH'] ?? '', ...SYSTEM_FOLDERS].join(delimiter))
}

/** The first of some programs that is not on this machine. */
export function missingProgram (...names: string[]): string | undefined {
  return names.find(name => findProgram(name) === undefined)
}

/** Whether this process may install packages of the system. */
export function isRoot (): boolean {
  return process.getuid?.() === 0
}

/** Runs a program to its end; rejects with what it printed. It gets the lowest priority, since tests run at the same time. */
export async function runProgram (program: string, args: readonly string[], signal: AbortSignal): Promise<string> {
  const { stdout } = await promisify(execFile)('nice', ['-n', '19', program, ...args], {
    signal,
    maxBuffer: 16 * 1_024 * 1_024,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  })

  return stdout
}
