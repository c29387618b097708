// Runs the commands of a document as a reader does.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { delimiter } from 'node:path'
import { test } from 'node:test'
import { patternOf } from './guide.ts'
import type { CommandEnd } from '../servers/control-plane.ts'
import type { TempFolder } from '../temp-folder.ts'
import type { Step } from './guide.ts'

/** The shell of a {@link Step}. */
export interface GuideShell {
  home: TempFolder

  /** Variables beside those of this process. */
  env: Record<string, string>

  /** Folders of programs, before those of this process. */
  path: readonly string[]
  cwd?: string

  /** Time limit of a step, in milliseconds. */
  limitMs: number
}

/** A test for each step, in one shell: what a step exports is there in the next. @param shellOf called when a step runs */
export function testSteps (steps: readonly Step[], shellOf: () => GuideShell): void {
  for (const { line, commands, prints } of steps) {
    test(`line ${String(line)}: ${commands.split('\n')[0]!}`, async () => {
      const { code, stdout, stderr } = await runInShell(commands, shellOf())
      assert.equal(code, 0, `${stdout}${stderr}`)

      if (prints !== undefined) {
        assert.match(stdout, patternOf(prints))
      }
    })
  }
}

/** Runs commands; what they export is there in the next of the same home. */
export async function runInShell (commands: string, { home, env: values, path, cwd, limitMs }: GuideShell): Promise<CommandEnd> {
  const environment = home.file('environment')
  const script = `set -eo pipefail; [ ! -e ${environment} ] || . ${environment}; ${commands}\nexport -p > ${environment}`
  const env = { ...process.env, ...values, HOME: home.path, PATH: [...path, process.env['PATH']].join(delimiter) }

  return await new Promise((resolve) => {
    execFile('bash', ['-c', script], { cwd, env, timeout: limitMs }, (err, stdout, stderr) => {
      resolve({ code: err === null ? 0 : Number(err.code ?? 1), stdout, stderr })
    })
  })
}
