import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Command } from 'commander'
import { runOptionsOf, withRunOptions } from '../../local/options.ts'
import { runFromTerminal } from '../../local/run-command.ts'

test('a run that cannot start says why, and sets the exit code', async (t) => {
  const printed: string[] = []
  t.mock.method(process.stderr, 'write', (text: string) => printed.push(text) > 0)
  await runFromTerminal(runOptionsOf(withRunOptions(new Command()).parse(['/nowhere/manifest.yaml'], { from: 'user' })))
  const code = process.exitCode
  process.exitCode = undefined
  t.mock.restoreAll()

  assert.equal(code, 64)
  assert.match(printed.join(''), /^peerprobe: .*\/nowhere\/manifest\.yaml.* \(PP_CONFIG_INVALID\)\n$/)
})
