import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { beginsAs, patternOf, stepsOf } from '../support/documents/guide.ts'
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

  test('may be part of a list, whose indentation is none of theirs', () => {
    using folder = new TempFolder()
    writeFileSync(folder.file('guide.md'), '1. One.\n\n   ```sh\n   a \\\n     b\n   ```\n\n   prints\n\n   ```text\n   NAME   AGE\n   …\n   ```\n')

    assert.deepEqual(stepsOf(folder.file('guide.md')), [{ line: 4, commands: 'a \\\n  b\n', prints: 'NAME   AGE\n…\n' }])
  })

  test('print the first line of the document somewhere: the widths of columns do not count, further words do', () => {
    assert.ok(beginsAs('a warning\nNAME          AGE\namino   3s\n', 'NAME   AGE\n…\n'))
    assert.ok(beginsAs('{cause="conflict"} => 0 @[17.5]\n', '{cause="conflict"} => …\n'))
    assert.ok(beginsAs('{"level":"info"}\n', '{"level":…\n'))
    assert.ok(!beginsAs('NAME READY AGE\n', 'NAME   AGE\n'))
    assert.ok(!beginsAs('NAME AGE READY\n', 'NAME   AGE\n'))
    assert.ok(!beginsAs('{cause="gone"} => 0\n', '{cause="conflict"} => …\n'))
    assert.ok(!beginsAs('', 'NAME\n'))
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
