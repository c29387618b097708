// The commands of docs/backup.md for one machine, as they are written there, in the folder of a run.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { cliSandbox } from '../../support/cli/cli-sandbox.ts'
import { patternOf, stepsOf } from '../../support/documents/guide.ts'

const STEPS = stepsOf(fileURLToPath(new URL('../../../docs/backup.md', import.meta.url))).filter(({ commands }) => commands.startsWith('peerprobe '))

suite('docs/backup.md on one machine', () => {
  test('its commands print what it says', async () => {
    using sandbox = await cliSandbox()
    assert.deepEqual(STEPS.map(({ commands }) => commands.split(' ')[1]), ['backup', 'restore'])

    for (const { line, commands, prints } of STEPS) {
      const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', commands], { cwd: sandbox.path, env: sandbox.env })
      assert.match(stdout, patternOf(prints ?? ''), `line ${String(line)}`)
    }
  })
})
