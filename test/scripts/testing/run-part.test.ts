import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { runPart } from '../../../scripts/testing/run-part.ts'
import { TempFolder } from '../../support/temp-folder.ts'
import { printed } from './printed.ts'
import type { Verdict } from '../../../scripts/testing/summary.ts'

async function judged (output: string, code: number, optional = false): Promise<Pick<Verdict, 'ok' | 'passed' | 'failed' | 'skipped'>> {
  using folder = new TempFolder()
  writeFileSync(folder.file('output'), output)
  const { ok, passed, failed, skipped } = await runPart({ name: 'part', command: `cat '${folder.file('output')}'; exit ${String(code)}`, optional }, folder.file('log'))
  assert.equal(readFileSync(folder.file('log'), 'utf8'), output)

  return { ok, passed, failed, skipped }
}

suite('a part that is one command', () => {
  test('without tests of its own counts as one test', async () => {
    assert.deepEqual(await judged('', 0), { ok: true, passed: 1, failed: 0, skipped: 0 })
    assert.deepEqual(await judged('2 problems\n', 1), { ok: false, passed: 0, failed: 1, skipped: 0 })
  })

  test('counts its tests, of all runners that it starts', async () => {
    assert.deepEqual(await judged(printed({ passed: 3, skipped: 1 }) + printed({ passed: 2 }), 0), { ok: true, passed: 5, failed: 0, skipped: 1 })
    assert.deepEqual(await judged(printed({ passed: 3, failed: ['one'] }), 1), { ok: false, passed: 3, failed: 1, skipped: 0 })
  })

  test('has failed if it ran no test', async () => {
    assert.deepEqual(await judged(printed({}), 0), { ok: false, passed: 0, failed: 0, skipped: 0 })
  })

  test('may fail if it is optional', async () => {
    assert.deepEqual(await judged('kafka MISSING\n', 1, true), { ok: true, passed: 1, failed: 0, skipped: 0 })
  })
})
