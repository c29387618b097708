import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { SqliteStore } from '../../consumer/store/sqlite/sqlite-store.ts'
import { systemClock } from '../../core/time/clock.ts'
import { deriveAll } from '../support/consumer/dump-rig.ts'
import { CRAWL_ID, crawlOf, visitOf } from '../support/consumer/messages.ts'
import { runOnSmallDisk } from '../support/on-small-disk.ts'
import { TempFolder } from '../support/temp-folder.ts'
import type { FullDiskFinding } from '../support/consumer/full-disk-dumps.ts'

const PROCESS = fileURLToPath(new URL('../support/consumer/full-disk-dumps.ts', import.meta.url))
const LARGE = 3_000

/** A store of so many records of each content, with texts that no compression makes short. */
async function fillStore (path: string, records: number): Promise<void> {
  await using store = await SqliteStore.open({ clock: systemClock }, { path, coalesceWindowMs: 0 })
  await store.migrate()
  const random = (n: number): string => hash('sha256', String(n), 'hex')

  for (let from = 0; from < records; from += 500) {
    const numbers = Array.from({ length: Math.min(500, records - from) }, (_, i) => from + i)
    await store.write({
      visits: numbers.map(n => visitOf({
        nodeId: `Qm${random(n).replaceAll('0', 'z')}`,
        identify: { agentVersion: random(-n), protocols: [], listenAddresses: [] }
      })),
      crawls: numbers.map(n => crawlOf({ crawlId: CRAWL_ID + n, network: random(n), distributions: undefined }))
    })
  }
  // A dump of sessions follows a derivation: those of the larger store come after another one.
  await deriveAll(store)

  if (records === LARGE) {
    await deriveAll(store)
  }
}

suite('a disk that becomes full in the middle of a dump', () => {
  test('leaves the files of before, says how to make room, and dumps again once there is some: each content in each format', async () => {
    using folder = new TempFolder()
    const [small, large, disk] = [folder.file('small.db'), folder.file('large.db'), folder.file('disk')]
    await fillStore(small, 2)
    await fillStore(large, LARGE)
    mkdirSync(disk)
    const findings = JSON.parse(runOnSmallDisk(PROCESS, disk, small, large)) as FullDiskFinding[]

    assert.equal(findings.length, 12)
    for (const { content, format, code, message, files, isAsBefore, healed, count } of findings) {
      assert.deepEqual([code, files.length, isAsBefore, healed, count], ['PP_DUMP_FAILED', 2, true, 'written, 2 listed of 2', LARGE], `${content} ${format}: ${message}`)
      assert.match(message, /ENOSPC.*: make room on this disk, or keep dump files for a shorter time$/)
    }
  })
})
