import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { patternOf, stepsOf } from '../support/documents/guide.ts'
import { TempFolder } from '../support/temp-folder.ts'

suite('commands of a document', () => {
  test('are its blocks of sh, each with the text that follows it', () => {
    using folder = new TempFolder()
    writeFileSync(folder.file('guide.md'), 'One.\n\n```sh\na\nb\n```\n\n```text\nprinted\n```\n\n```yaml\nx: 1\n```\n\n```sh\nc\n```\n')

    assert.deepEqual(stepsOf(folder.file('guide.md')), [
      { line: 4, commands: 'a\nb\n', prints: 'printed\n' },
      { line: 17, commands: 'c\n', prints: undefined }
    ])
  })

  test('print what the document says: … is anything, a blank any number of them', () => {
    const pattern = patternOf('…\nNAME … READY …\namino-… 1/1 … Running …\n')

    assert.match('something before\nNAME            READY   AGE\namino-7f6b   1/1   0   Running   3s\n', pattern)
    assert.match('NAME READY\namino-x 1/1 Running', pattern)
    assert.doesNotMatch('NAME READY\namino-x 0/1 Running 3s', pattern)
    assert.doesNotMatch('NAME READY\nother 1/1 Running', pattern)
    assert.match('a.b "quoted" deleted', patternOf('a.b "quoted" deleted…'))
    assert.doesNotMatch('axb deleted', patternOf('a.b deleted'))
    assert.doesNotMatch('a.b deleted twice', patternOf('a.b deleted'))
  })
})
