import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
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
    const file = folder.file('hanging.test.mjs')
    let output = ''
    writeFileSync(file, `import { test } from 'node:test'
import assert from 'node:assert'
test('does not hold', () => { assert.equal(1, 2) })
test('goes on forever', async () => {
  await new Promise(() => { setInterval(() => {}, 1_000) })
})`)
    const running = runFiles([file], { atOnce: 1, clock, onEnd: () => undefined, onOutput: (text) => {
      output += text
    } })
    await until('the first test has failed', () => output.includes('✖ does not hold'))
    await clock.advance(LIMIT_MS)
    const [run] = await running

    assert.equal(hasFailed(run!), true)
    assert.match(run!.output, /hanging\.test\.mjs was ended after 20 min/)
    assert.match(failureTextIn(run!.output), /does not hold[^]*1 == 2/)
    assert.equal(clock.pending, 0)
  })

  test('that use all cores run one at a time, beside others', async () => {
    using folder = new TempFolder()
    const write = (name: string, body: string): string => {
      const imports = ['{ test } from \'node:test\'', 'assert from \'node:assert\'', '{ existsSync, rmSync, writeFileSync } from \'node:fs\'']
      writeFileSync(folder.file(name), [...imports.map(text => `import ${text}`), body].join('\n'))
      return folder.file(name)
    }
    const [held, seen] = [JSON.stringify(folder.file('held')), JSON.stringify(folder.file('seen'))]
    // The first ends once the third has run; meanwhile the second must not start.
    const files = [
      write('first.test.mjs', `writeFileSync(${held}, '')
test('holds', async () => {
  while (!existsSync(${seen})) {
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  rmSync(${held})
})`),
      write('second.test.mjs', `test('is alone', () => { assert.equal(existsSync(${held}), false) })`),
      write('third.test.mjs', `writeFileSync(${seen}, '')`)
    ]
    const runs = await runFiles(files, { atOnce: 2, greedy: new Set(files.slice(0, 2)), onEnd: () => undefined })

    assert.deepEqual(runs.map(({ file, code }) => [file, code]), files.map(file => [file, 0]))
  })

  test('that wait run beside the others, and in their place once these are over', async () => {
    using folder = new TempFolder()
    const write = (name: string, waitsFor?: string): string => {
      writeFileSync(folder.file(`${name}.test.mjs`), `import { test } from 'node:test'
import { existsSync, writeFileSync } from 'node:fs'
writeFileSync(${JSON.stringify(folder.file(name))}, '')
test('holds', async () => {
  while (!existsSync(${JSON.stringify(folder.file(waitsFor ?? name))})) {
    await new Promise(resolve => setTimeout(resolve, 20))
  }
})`)
      return folder.file(`${name}.test.mjs`)
    }
    // The only lane takes the last one, which the first of those that wait needs.
    const files = [write('busy', 'first'), write('first', 'second'), write('second')]
    const runs = await runFiles(files, { atOnce: 1, waiting: new Set(files.slice(1)), onEnd: () => undefined })

    assert.deepEqual(runs.map(({ file, code }) => [file, code]), files.map(file => [file, 0]))
  })

  test('of an empty list end at once', async () => {
    assert.deepEqual(await runFiles([], { atOnce: 2, onEnd: () => assert.fail('nothing ran') }), [])
  })
})
