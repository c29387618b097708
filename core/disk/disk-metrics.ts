import { readGauges } from '../metrics/open-metric.ts'
import type { GaugeDefinition } from '../metrics/metric-definition.ts'
import type { Registry } from '../process/metrics.ts'
import type { DiskSpace, DiskUse, DiskWatch } from './disk-watch.ts'

const DISK = { type: 'gauge', answers: 'room', labels: { use: { values: 'bus, store, dumps, state: what the process writes there', atMost: 4 } } } as const
const WITHOUT = 'there are series only for folders that the process writes to'

type DiskGauge = GaugeDefinition & typeof DISK

/** What a process says of its disks; each process has them under its own name. */
export function diskMetrics (component: 'crawler' | 'consumer'): Record<'free' | 'size' | 'files' | 'low', DiskGauge> {
  const named = (name: string, unit: string, meaning: string): DiskGauge => ({
    ...DISK,
    name: `peerprobe_${component}_disk_${name}`,
    unit,
    meaning,
    onlyWhen: WITHOUT
  })

  return {
    free: named('free_bytes', 'bytes', 'Room on the disk of each use.'),
    size: named('size_bytes', 'bytes', 'Size of that disk.'),
    files: named('free_files', 'files', 'Files that can still be created there; 0 where the file system has no limit.'),
    low: named('low', '0 or 1', '1 while the disk is below its mark and crawls wait, 0 otherwise.')
  }
}

/** Adds the gauges of a process's disks. */
export function addDiskGauges (registry: Registry, component: 'crawler' | 'consumer', disks: Pick<DiskWatch, 'spaces' | 'low'>): void {
  const { free, size, files, low } = diskMetrics(component)
  const add = (definition: DiskGauge, read: (space: DiskSpace, use: DiskUse) => number): void => {
    readGauges(registry, definition, () => [...disks.spaces].map(([use, space]) => [{ use }, read(space, use)] as const))
  }

  add(free, ({ freeBytes }) => freeBytes)
  add(size, ({ totalBytes }) => totalBytes)
  add(files, ({ freeFiles }) => freeFiles)
  add(low, (_, use) => disks.low(use) === undefined ? 0 : 1)
}
