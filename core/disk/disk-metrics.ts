import { Gauge } from '../process/metrics.ts'
import type { Registry } from '../process/metrics.ts'
import type { DiskSpace, DiskUse, DiskWatch } from './disk-watch.ts'

/** Adds the gauges of a process's disks. */
export function addDiskGauges (registry: Registry, component: 'crawler' | 'consumer', disks: Pick<DiskWatch, 'spaces' | 'low'>): void {
  const gauge = (name: string, help: string, read: (space: DiskSpace, use: DiskUse) => number): Gauge => new Gauge({
    name: `peerprobe_${component}_disk_${name}`,
    help,
    labelNames: ['use'],
    registers: [registry],
    collect () {
      for (const [use, space] of disks.spaces) {
        this.set({ use }, read(space, use))
      }
    }
  })

  gauge('free_bytes', 'Room on the disk of each use (bus, store, dumps, state) of this process.', ({ freeBytes }) => freeBytes)
  gauge('free_files', 'Files that may still be made there; 0 where the file system does not limit them.', ({ freeFiles }) => freeFiles)
  gauge('low', '1 while the disk is below its mark and whoever can wait does, 0 otherwise.', (_, use) => disks.low(use) === undefined ? 0 : 1)
}
