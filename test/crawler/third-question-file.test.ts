import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { pino } from 'pino'
import { isProbeError } from '../../core/errors.ts'
import { ThirdQuestionFile } from '../../crawler/third-question-file.ts'
import { TempFolder } from '../support/temp-folder.ts'

function logged (): { log: ReturnType<typeof pino>, lines: string[] } {
  const lines: string[] = []
  return { lines, log: pino({ level: 'info' }, { write: line => lines.push(line) }) }
}

suite('ThirdQuestionFile', () => {
  test('remembers across restarts that a third question is asked, and for how many good crawls', async () => {
    using folder = new TempFolder()
    const { log } = logged()
    const path = folder.file('state/third-question.json')
    const first = await ThirdQuestionFile.open(path, log)
    assert.equal(first.isAsked, false)
    await first.note({ share: 0.9 })
    await first.note({ share: 1 })
    await first.note({ share: 1 })
    const second = await ThirdQuestionFile.open(path, log)
    assert.equal(second.isAsked, true)
    await second.note({ share: 1 })

    assert.equal(second.isAsked, false)
    assert.equal((await ThirdQuestionFile.open(path, log)).isAsked, false)
    assert.deepEqual(readdirSync(folder.file('state')), ['third-question.json'])
  })

  test('logs each change once, with the share', async () => {
    const { log, lines } = logged()
    const file = await ThirdQuestionFile.open(undefined, log)
    await file.note({ share: 0.9 })
    await file.note({ share: 0.91 })
    await file.note(undefined)

    assert.equal(lines.length, 1)
    assert.match(lines[0] ?? '', /"share":0.9,"thirdQuestion":true/)
  })

  test('begins with two questions where the file is invalid, and says so', async () => {
    using folder = new TempFolder()
    const path = folder.file('third-question.json')

    for (const text of ['', '{', '{"isAsked":"yes","goodCrawls":0}', '{"isAsked":true,"goodCrawls":-1}', '[]']) {
      const { log, lines } = logged()
      writeFileSync(path, text)

      assert.equal((await ThirdQuestionFile.open(path, log)).isAsked, false, text)
      assert.match(lines.join(''), /skipped an invalid file/)
    }
  })

  test('refuses a file that cannot be read, and warns where it cannot be written', async () => {
    using folder = new TempFolder()
    const path = folder.file('third-question.json')
    const { log, lines } = logged()
    const file = await ThirdQuestionFile.open(path, log)
    mkdirSync(path)
    await file.note({ share: 0.9 })

    assert.equal(file.isAsked, true)
    assert.match(lines.join(''), /could not be saved/)
    await assert.rejects(ThirdQuestionFile.open(path, log), (err: unknown) => isProbeError(err, 'PP_CONFIG_INVALID') && err.message.startsWith('stateFolder'))
  })
})
