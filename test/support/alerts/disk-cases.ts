import { seriesOf } from './alert-case.ts'
import type { AlertCases } from './alert-case.ts'

const consumer = (metric: string, use: string, { probe = 'amino', pod = 'a' }: Record<string, string> = {}): string => seriesOf(`peerprobe_consumer_disk_${metric}`, probe, { component: 'consumer', pod, use })
const crawler = (metric: string, { pod = 'c', scan = 'main' }: Record<string, string> = {}): string => seriesOf(`peerprobe_crawler_disk_${metric}`, 'amino', { component: 'crawler', peerprobe_dev_scan: scan, pod, use: 'state' })
const LABELS = { namespace: 'lab', peerprobe_dev_probe: 'amino' }
const DUMPS = { ...LABELS, component: 'consumer', use: 'dumps' }
const STATE = { ...LABELS, component: 'crawler', use: 'state', peerprobe_dev_scan: 'main' }

/** Cases of the alerts on the disks of crawlers and consumers. */
export const DISK_CASES: AlertCases = {
  PeerProbeDiskLow: [
    {
      kind: 'fires',
      name: 'the disk of the dumps and that of a scan are nearly full, and those of others are not',
      series: { [consumer('low', 'dumps')]: '1x20', [crawler('low')]: '1x20', [crawler('low', { scan: 'second' })]: '0x20', [consumer('low', 'dumps', { probe: 'polkadot' })]: '0x20' },
      fires: { at: ['6m', '20m'], alerts: [{ labels: DUMPS }, { labels: STATE }] }
    },
    { kind: 'ordinary', name: 'there is room', series: { [consumer('low', 'dumps')]: '0x20', [crawler('low')]: '0x20' }, end: '20m' },
    { kind: 'restart', name: 'the next pod has another disk', series: { [consumer('low', 'dumps')]: '1x4 stale', [consumer('low', 'dumps', { pod: 'b' })]: '_x6 0x20' }, end: '25m' },
    { kind: 'restart', name: 'it goes on firing where the pod is replaced on the same disk', series: { [consumer('low', 'dumps')]: '1x10 stale', [consumer('low', 'dumps', { pod: 'b' })]: '_x13 1x10' }, fires: { at: ['9m', '11m', '12m', '14m', '20m'], alerts: [{ labels: DUMPS }] } }
  ],
  PeerProbeDiskFillsUp: [
    {
      kind: 'fires',
      name: 'a disk loses a hundredth of its room every ten minutes',
      step: '5m',
      series: { [consumer('free_bytes', 'dumps')]: '100000000000-500000000x140', [crawler('free_bytes')]: '50000000000x140' },
      fires: { at: ['8h'], alerts: [{ labels: DUMPS, values: ['-85.68Gi'] }] }
    },
    { kind: 'ordinary', name: 'it fills slowly, and is emptied each night', step: '5m', series: { [consumer('free_bytes', 'dumps')]: '100000000000-100000000x280 100000000000-100000000x280' }, end: '46h' },
    { kind: 'ordinary', name: 'in its first hours it is filled fast', step: '5m', series: { [consumer('free_bytes', 'dumps')]: '100000000000-1500000000x48' }, end: '4h' },
    { kind: 'restart', name: 'the next pod has a fuller disk', step: '5m', series: { [consumer('free_bytes', 'dumps')]: '100000000000x140 stale', [consumer('free_bytes', 'dumps', { pod: 'b' })]: '_x140 60000000000x10' }, end: '740m' }
  ]
}
