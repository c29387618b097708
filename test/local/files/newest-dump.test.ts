import assert from 'node:assert/strict'
import { utimesSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { newestDump } from '../../../local/files/newest-dump.ts'
import { TempFolder } from '../../support/temp-folder.ts'

test('the newest dump is the last complete file, never one still being written', () => {
  using folder = new TempFolder()
  assert.equal(newestDump(folder.path), null)

  for (const [name, seconds] of [['a.ndjson.zst', 20], ['b.ndjson.zst', 30], ['c.ndjson.zst', 10], ['d.ndjson.zst.tmp', 99], ['manifest.json', 99]] as const) {
    writeFileSync(folder.file(name), '')
    utimesSync(folder.file(name), seconds, seconds)
  }
  assert.equal(newestDump(folder.path), folder.file('b.ndjson.zst'))
})
