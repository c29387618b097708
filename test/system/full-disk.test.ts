import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { runOnSmallDisk } from '../support/on-small-disk.ts'
import { TempFolder } from '../support/temp-folder.ts'

const PROCESS = fileURLToPath(new URL('../support/full-disk-process.ts', import.meta.url))

interface Seen {
  whenFull: { outage?: string, readyz: string, waits: boolean, failed: boolean }
  after: { stored: number, sent: number, lost: number, readyz: string }
}

/** Runs the process on a file system of 16 MB of its own, which ends with it. */
function onSmallDisk (share: number): Seen {
  using folder = new TempFolder()
  const stdout = runOnSmallDisk(PROCESS, folder.path, String(share))

  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Seen
}

suite('a full disk', () => {
  test('makes nobody fail where no mark warned of it, and all that was accepted is stored once there is room', () => {
    const { whenFull, after } = onSmallDisk(0)

    assert.deepEqual([whenFull.failed, whenFull.waits], [false, false])
    assert.ok(whenFull.outage === 'PP_BUS_UNAVAILABLE' || whenFull.readyz.startsWith('503 '), JSON.stringify(whenFull))
    assert.deepEqual([after.stored, after.sent, after.lost, after.readyz], [2_200, 2_200, 0, '200 ok'])
  })

  test('is detected by its mark: publishers wait, the consumer reports why it waits, and both continue by themselves', () => {
    const { whenFull, after } = onSmallDisk(0.3)

    assert.deepEqual([whenFull.failed, whenFull.waits], [false, true])
    assert.match(whenFull.readyz, /^503 the disk of .* has room for \d+ bytes more, less than \d+: make room there, or give it a larger volume$/)
    assert.deepEqual([after.stored, after.sent, after.lost, after.readyz], [2_200, 2_200, 0, '200 ok'])
  })
})
