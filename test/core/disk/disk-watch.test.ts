import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { pino } from 'pino'
import { addDiskGauges } from '../../../core/disk/disk-metrics.ts'
import { DiskWatch, readDisk, refuseWhere } from '../../../core/disk/disk-watch.ts'
import { isProbeError } from '../../../core/errors.ts'
import { createRegistry } from '../../../core/process/metrics.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { TempFolder } from '../../support/temp-folder.ts'
import type { DiskSpace } from '../../../core/disk/disk-watch.ts'

const MIB = 1_048_576
const MARKS = { minFreeBytes: 512 * MIB, minFreeShare: 0.05 }

interface Rig { clock: FakeClock, disks: DiskWatch, space: DiskSpace, lines: string[], stop: AbortController, running: Promise<void> }

function rig (space: Partial<DiskSpace> = {}): Rig {
  const clock = new FakeClock()
  const lines: string[] = []
  const current: DiskSpace = { freeBytes: 100_000 * MIB, totalBytes: 200_000 * MIB, freeFiles: 1e6, totalFiles: 1e7, ...space }
  const log = pino({ level: 'info' }, { write: line => lines.push(line) })
  const disks = new DiskWatch({ clock, log, read: () => ({ ...current }) }, { bus: '/data', store: '/data' }, MARKS)
  const stop = new AbortController()

  return { clock, disks, space: current, lines, stop, running: disks.run(stop.signal) }
}

suite('DiskWatch', () => {
  test('finds a disk low at its mark, and well again only with half as much more; critical at a quarter of the mark', async () => {
    const { clock, disks, space, lines, stop, running } = rig()
    const seen: [number, boolean, boolean][] = []

    for (const mib of [512, 511, 700, 128, 127, 191, 192, 767, 768, 600]) {
      space.freeBytes = mib * MIB
      await clock.advance(2_000)
      seen.push([mib, disks.low('bus') !== undefined, disks.critical('bus') !== undefined])
    }
    assert.deepEqual(seen, [
      [512, false, false],
      [511, true, false],
      [700, true, false],
      [128, true, false],
      [127, true, true],
      [191, true, true],
      [192, true, false],
      [767, true, false],
      [768, false, false],
      [600, false, false]
    ])
    assert.equal(lines.filter(line => line.includes('disk nearly full')).length, 2) // once for each use
    assert.equal(lines.filter(line => line.includes('disk has room again')).length, 2)

    stop.abort()
    await running
    assert.equal(clock.pending, 0)
  })

  test('takes the share of a small disk for its mark, and counts files as well where they are limited', async () => {
    const { clock, disks, space } = rig({ totalBytes: 64 * MIB, freeBytes: 4 * MIB })
    const why = (): string | undefined => disks.problem?.message
    assert.equal(why(), undefined)
    space.freeBytes = 3 * MIB
    await clock.advance(2_000)
    assert.match(why() ?? '', /^the disk of \/data \(bus\) has room for 3145728 bytes more, less than 3355444: make room there, or give it a larger volume$/)

    space.freeBytes = 60 * MIB
    space.freeFiles = 999
    await clock.advance(2_000)
    assert.match(why() ?? '', /room for 999 files more, less than 1000/)
    Object.assign(space, { freeFiles: 0, totalFiles: 0 })
    await clock.advance(2_000)
    assert.equal(why(), undefined)
  })

  test('lets who waits for room go on when there is some', async () => {
    const { clock, disks, space } = rig({ freeBytes: MIB })
    const told: string[] = []
    assert.throws(() => {
      refuseWhere(disks.critical('store'))
    }, err => isProbeError(err, 'PP_DISK_LOW') && err.retryable)
    void disks.room()?.then(() => told.push('room'))
    assert.equal(disks.room(), disks.room())
    await clock.advance(10_000)
    assert.deepEqual(told, [])
    space.freeBytes = 1_000 * MIB
    await clock.advance(2_000)

    assert.deepEqual([told, disks.room()], [['room'], undefined])
    refuseWhere(disks.critical('store'))
  })

  test('keeps what it knows of a folder that it cannot read, and says so once', async () => {
    const lines: string[] = []
    const clock = new FakeClock()
    const disks = new DiskWatch({ clock, log: pino({}, { write: line => lines.push(line) }) }, { dumps: '/nowhere/at/all' }, MARKS)
    void disks.run(new AbortController().signal)
    await clock.advance(10_000)

    assert.deepEqual([disks.problem, disks.room(), disks.spaces.size, lines.length], [undefined, undefined, 0, 1])
    assert.match(lines[0] ?? '', /ENOENT/)
  })

  test('is seen in metrics, by use', async () => {
    const { disks } = rig({ freeBytes: MIB })
    const registry = createRegistry('crawler')
    addDiskGauges(registry, 'crawler', disks)
    const text = await registry.metrics()

    assert.match(text, /peerprobe_crawler_disk_free_bytes\{use="bus",component="crawler"\} 1048576/)
    assert.match(text, /peerprobe_crawler_disk_low\{use="store",component="crawler"\} 1/)
  })

  test('reads the system\'s figures', () => {
    using folder = new TempFolder()
    const { freeBytes, totalBytes, freeFiles, totalFiles } = readDisk(folder.path)

    assert.ok(freeBytes > 0 && freeBytes <= totalBytes && freeFiles <= totalFiles)
  })
})
