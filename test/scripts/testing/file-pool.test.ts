import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { LIMIT_MS, runFiles } from '../../../scripts/testing/file-pool.ts'
import { hasFailed } from '../../../scripts/testing/run-again.ts'
import { failureTextIn } from '../../../scripts/testing/spec-output.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { TempFolder } from '../../support/temp-folder.ts'
import { until } from '../../support/until.ts'

suite('files run in parallel', () => {
  test('are returned in order, each with its exit code and its output', async () => {
    using folder = new TempFolder()
    const write = (name: string, body: string): string => {
      writeFileSync(folder.file(name), `import { test } from 'node:test'\nimport assert from 'node:assert'\n${body}`)
      return folder.file(name)
    }
    const files = [
      write('slow.test.mjs', 'test(\'holds\', async () => { await new Promise(resolve => setTimeout(resolve, 300)) })'),
      write('bad.test.mjs', 'test(\'does not hold\', () => { assert.equal(1, 2) })'),
      write('broken.test.mjs', 'this is no program')
    ]
    const ended: string[] = []
    const runs = await runFiles(files, {
      atOnce: 2,
      onEnd: ({ file }) => {
        ended.push(file)
      }
    })

    assert.deepEqual(runs.map(({ file }) => file), files)
    assert.deepEqual(ended.toSorted(), files.toSorted())
    assert.deepEqual(runs.map(run => hasFailed(run)), [false, true, true])
    assert.deepEqual(runs.map(({ code }) => code), [0, 1, 1])
    assert.match(runs[1]!.output, /✖ does not hold/)
  })

  test('that hang are ended, and say what failed before', async () => {
    using folder = new TempFolder()
    const clock = new FakeClock()
    const [file, hangs] = [folder.file('hanging.test.mjs'), folder.file('hangs')]
    writeFileSync(file, `import { test } from 'node:test'
import assert from 'node:assert'
import { writeFileSync } from 'node:fs'
test('does not hold', () => { assert.equal(1, 2) })
test('goes on forever', async () => {
  writeFileSync(${JSON.stringify(hangs)}, '')
  await new Promise(() => { setInterval(() => {}, 1_000) })
})`)
    const running = runFiles([file], { atOnce: 1, clock, onEnd: () => undefined })
    await until('the second test runs', () => existsSync(hangs))
    await clock.advance(LIMIT_MS)
    const [run] = await running

    assert.equal(hasFailed(run!), true)
    assert.match(run!.output, /hanging\.test\.mjs was ended after 20 min/)
    assert.match(failureTextIn(run!.output), /does not hold[^]*1 == 2/)
    assert.equal(clock.pending, 0)
  })

  test('of an empty list end at once', async () => {
    assert.deepEqual(await runFiles([], { atOnce: 2, onEnd: () => assert.fail('nothing ran') }), [])
  })
})
