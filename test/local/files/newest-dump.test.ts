import assert from 'node:assert/strict'
import { utimesSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { newestDump } from '../../../local/files/newest-dump.ts'
import { TempFolder } from '../../support/temp-folder.ts'

test('the newest dump is the last complete file, never one still being written', () => {
  using folder = new TempFolder()
  assert.equal(newestDump(folder.path), null)

  const write = (name: string, seconds: number): void => {
    writeFileSync(folder.file(name), '')
    utimesSync(folder.file(name), seconds, seconds)
  }
  const at = 'nodes-20261130T100000.000Z'

  for (const [name, seconds] of [[`${at}.ndjson.zst`, 20], ['nodes-20261130T100001.000Z.ndjson.zst', 10], [`${at}.ndjson.zst.0a1b.tmp`, 99], ['manifest.json', 99], ['nodes-mine.parquet', 99]] as const) {
    write(name, seconds)
  }
  assert.equal(newestDump(folder.path), folder.file(`${at}.ndjson.zst`))

  for (const [i, name] of [`${at}.csv.zst`, `${at}.parquet`].entries()) {
    write(name, 30 + i)
    write(`${name}.0a1b.tmp`, 99)
    assert.equal(newestDump(folder.path), folder.file(name))
  }

  write('visits-20261130T100000.000Z.parquet', 99)
  assert.equal(newestDump(folder.path), folder.file(`${at}.parquet`))
})

test('where nodes are not dumped, it is the newest of whatever is', () => {
  using folder = new TempFolder()
  for (const [i, name] of ['visits-20261130T100000.000Z.csv.zst', 'sessions-20261130T100000.000Z.csv.zst'].entries()) {
    writeFileSync(folder.file(name), '')
    utimesSync(folder.file(name), 10 + i, 10 + i)
  }

  assert.equal(newestDump(folder.path), folder.file('sessions-20261130T100000.000Z.csv.zst'))
})
