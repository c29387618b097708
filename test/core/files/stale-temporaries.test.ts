import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { removeStaleTemporaries } from '../../../core/files/stale-temporaries.ts'
import { TempFolder } from '../../support/temp-folder.ts'

const NOW_MS = Date.UTC(2026, 0, 1)

suite('removeStaleTemporaries', () => {
  test('removes what killed writers of our files left, and nothing else', async () => {
    using folder = new TempFolder()
    const write = (name: string, ageMs: number): string => {
      writeFileSync(folder.file(name), '')
      utimesSync(folder.file(name), (NOW_MS - ageMs) / 1_000, (NOW_MS - ageMs) / 1_000)

      return name
    }
    const [young, theirs] = [`a.csv.${randomUUID()}.tmp`, `b.csv.${randomUUID()}.tmp`]
    write(`a.csv.${randomUUID()}.tmp`, 601_000)
    const kept = [write(young, 599_000), write(theirs, 1e9), write('a.csv', 1e9), write('a.csv.1.tmp', 1e9), write(`a.csv.${randomUUID()}.tmp.bak`, 1e9)]
    await removeStaleTemporaries(folder.path, { isOurs: name => name === 'a.csv', nowMs: NOW_MS })

    assert.deepEqual(readdirSync(folder.path).sort(), kept.sort())
  })

  test('goes by another ending and age where the writer has one', async () => {
    using folder = new TempFolder()
    const [partial, temporary] = [`a.csv.${randomUUID()}.partial`, `a.csv.${randomUUID()}.tmp`]
    for (const name of [partial, temporary]) {
      writeFileSync(folder.file(name), '')
      utimesSync(folder.file(name), (NOW_MS - 1_000_000) / 1_000, (NOW_MS - 1_000_000) / 1_000)
    }
    const ofPartial = { isOurs: () => true, nowMs: NOW_MS, ending: '.partial' }
    await removeStaleTemporaries(folder.path, { ...ofPartial, staleAfterMs: 1_000_001 })
    assert.deepEqual(readdirSync(folder.path).sort(), [partial, temporary].sort())
    await removeStaleTemporaries(folder.path, { ...ofPartial, staleAfterMs: 999_999 })

    assert.deepEqual(readdirSync(folder.path), [temporary])
  })

  test('fails as the system does', async () => {
    using folder = new TempFolder()
    mkdirSync(folder.file('a'))

    await assert.rejects(removeStaleTemporaries(folder.file('missing'), { isOurs: () => true, nowMs: NOW_MS }), { code: 'ENOENT' })
  })
})
