import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openStore } from '../../../consumer/store/open-store.ts'
import { SqliteStore } from '../../../consumer/store/sqlite/sqlite-store.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { TempFolder } from '../../support/temp-folder.ts'

test('openStore opens SQLite where the configuration names a file', async () => {
  using folder = new TempFolder()
  await using store = await openStore({ sqlite: { path: folder.file('store.db') } }, { clock: systemClock }, { coalesceWindowMs: 0 })

  assert.ok(store instanceof SqliteStore)
})
