import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { isProbeError } from '../../../../core/errors.ts'
import { runMeasured } from '../../../../scripts/bench/jobs/measured-process.ts'
import { USAGE_VARIABLE } from '../../../../scripts/bench/jobs/usage-at-exit.ts'

const { signal } = new AbortController()

suite('a measured process', () => {
  test('reports what it used and what it printed', async () => {
    const { cpuMs, rssMb, seconds, output } = await runMeasured({ main: 'cli/main.ts', args: ['networks', '--json'] }, signal)

    assert.ok(cpuMs > 0 && seconds > 0 && rssMb > 20, JSON.stringify({ cpuMs, rssMb, seconds }))
    assert.match(output, /celestia/)
  })

  test('that fails is an error with its output', async () => {
    await assert.rejects(runMeasured({ main: 'cli/main.ts', args: ['no-such-command'] }, signal), err => isProbeError(err, 'PP_CHILD_FAILED') && err.message.includes('no-such-command'))
    assert.equal(process.env[USAGE_VARIABLE], undefined)
  })
})
