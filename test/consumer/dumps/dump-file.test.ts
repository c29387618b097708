import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { dumpCompression, dumpFileName, dumpTimeOf } from '../../../consumer/dumps/dump-file.ts'
import { RECORD_FORMATS } from '../../../consumer/records/formats/record-format.ts'
import { keysOf } from '../../../core/record-keys.ts'

const AT = '2026-11-30T10:00:01.234Z'

suite('names of dump files', () => {
  test('say the time of the state and the format', () => {
    const names = keysOf(RECORD_FORMATS).map(format => [dumpFileName(AT, format), dumpCompression(format)])

    assert.deepEqual(names, [
      ['nodes-20261130T100001.234Z.ndjson.zst', 'zstd'],
      ['nodes-20261130T100001.234Z.csv.zst', 'zstd'],
      ['nodes-20261130T100001.234Z.parquet', 'none']
    ])
    assert.deepEqual(names.map(([name = '']) => dumpTimeOf(name)), names.map(() => Date.parse(AT)))
  })

  test('are not those of other files, nor of one that is being written', () => {
    const time = 'nodes-20261130T100001.234Z'

    for (const name of ['manifest.json', 'nodes-mine.parquet', `${time}.csv`, `${time}.parquet.zst`, `${time}.parquet.0a1b.tmp`, `x${time}.parquet`, `${time}.ndjson.zst.bak`]) {
      assert.equal(dumpTimeOf(name), undefined, name)
    }
  })
})
