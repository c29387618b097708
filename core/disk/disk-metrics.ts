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

  gauge('free_bytes', 'Free bytes on the disk of each use (bus, store, dumps, state) of this process.', ({ freeBytes }) => freeBytes)
  gauge('free_files', 'Files that can still be created there; 0 where the file system has no limit.', ({ freeFiles }) => freeFiles)
  gauge('low', '1 while the disk is below its mark and crawls wait, 0 otherwise.', (_, use) => disks.low(use) === undefined ? 0 : 1)
}
