import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Command } from 'commander'
import { runBody } from '../../../cli/command/run-body.ts'
import { withSource } from '../../../cli/source/source-options.ts'
import { ERRORS, ProbeError } from '../../../core/errors.ts'

test('a failure of a command is printed with its code and what to do about it, unless the message of a wrong option says it', async (t) => {
  const printed: string[] = []
  t.mock.method(process.stderr, 'write', (text: string) => printed.push(text) > 0)
  await runBody(async () => {
    await Promise.reject(new ProbeError('PP_STORE_AUTH', 'no good'))
  })
  const code = process.exitCode
  await runBody(async () => {
    await Promise.reject(new ProbeError('PP_CONFIG_INVALID', 'give --data'))
  })
  const usage = process.exitCode
  process.exitCode = undefined
  t.mock.restoreAll()

  assert.deepEqual(printed, [`peerprobe: no good (PP_STORE_AUTH)\nWhat to do: ${ERRORS.PP_STORE_AUTH.action}\n`, 'peerprobe: give --data (PP_CONFIG_INVALID)\n'])
  assert.deepEqual([code, usage], [1, 64])
})

test('the options that choose the data are the same for every command, and must not be empty', () => {
  const command = withSource(new Command('x')).exitOverride().configureOutput({ writeErr: () => undefined })

  assert.deepEqual(command.parse(['--data', 'a', '--config', 'b'], { from: 'user' }).opts(), { data: 'a', config: 'b' })
  for (const option of ['--data', '--config']) {
    assert.throws(() => withSource(new Command('x')).exitOverride().configureOutput({ writeErr: () => undefined }).parse([option, ''], { from: 'user' }), /must not be empty/)
  }
})
