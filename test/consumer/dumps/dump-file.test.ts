import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { dumpCompression, dumpFileName, dumpFileOf } from '../../../consumer/dumps/dump-file.ts'
import { RECORD_FORMATS } from '../../../consumer/records/formats/record-format.ts'
import { DUMP_CONTENTS } from '../../../core/contracts/dump-content.ts'
import { keysOf } from '../../../core/record-keys.ts'

const AT = '2026-11-30T10:00:01.234Z'

suite('names of dump files', () => {
  test('say the content, the time of the state and the format', () => {
    const names = keysOf(RECORD_FORMATS).map(format => [dumpFileName('nodes', AT, format), dumpCompression(format)])

    assert.deepEqual(names, [
      ['nodes-20261130T100001.234Z.ndjson.zst', 'zstd'],
      ['nodes-20261130T100001.234Z.csv.zst', 'zstd'],
      ['nodes-20261130T100001.234Z.parquet', 'none']
    ])
    assert.deepEqual(names.map(([name = '']) => dumpFileOf(name)), names.map(() => ({ content: 'nodes', takenAtMs: Date.parse(AT) })))
    assert.deepEqual(DUMP_CONTENTS.map(content => dumpFileOf(dumpFileName(content, AT, 'CSV'))?.content), DUMP_CONTENTS)
  })

  test('are not those of other files, nor of one that is being written', () => {
    const time = 'nodes-20261130T100001.234Z'

    for (const name of ['manifest.json', 'nodes-mine.parquet', 'edges-20261130T100001.234Z.parquet', `${time}.csv`, `${time}.parquet.zst`, `${time}.parquet.0a1b.tmp`, `x${time}.parquet`, `${time}.ndjson.zst.bak`]) {
      assert.equal(dumpFileOf(name), undefined, name)
    }
  })
})
